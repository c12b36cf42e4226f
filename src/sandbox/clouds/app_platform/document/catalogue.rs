//! Instance sizes, regions and what an app costs, as the platform's catalogue has them.

use super::component::Kind;
use super::spec::Spec;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) slug: &'static str,
    pub(crate) name: &'static str,
    pub(crate) dedicated: bool,
    pub(crate) cpus: u64,
    pub(crate) memory_mib: u64,
    pub(crate) usd_per_month: u64,
    pub(crate) tier: &'static str,
    /// Autoscaling is allowed.
    pub(crate) scalable: bool,
    pub(crate) single_instance_only: bool,
    pub(crate) bandwidth_gib: u64,
    /// Only for apps created before these sizes were replaced.
    pub(crate) deprecated: bool,
}

impl Size {
    pub(crate) fn memory_bytes(&self) -> u64 {
        self.memory_mib * 1024 * 1024
    }

    /// The monthly price accrues over 28 days.
    pub(crate) fn usd_per_second(&self) -> String {
        #[expect(clippy::cast_precision_loss, reason = "prices are small whole numbers")]
        let month = self.usd_per_month as f64;
        format!("{:.12}", month / (28.0 * 24.0 * 3600.0))
    }
}

const fn shared(slug: &'static str, name: &'static str, cpus: u64, mib: u64, usd: u64, gib: u64) -> Size {
    Size {
        slug,
        name,
        dedicated: false,
        cpus,
        memory_mib: mib,
        usd_per_month: usd,
        tier: "professional",
        scalable: false,
        single_instance_only: false,
        bandwidth_gib: gib,
        deprecated: false,
    }
}

const fn single(size: Size) -> Size {
    Size {
        tier: "basic",
        single_instance_only: true,
        ..size
    }
}

const fn dedicated(slug: &'static str, name: &'static str, cpus: u64, mib: u64, usd: u64, gib: u64) -> Size {
    Size {
        dedicated: true,
        scalable: true,
        ..shared(slug, name, cpus, mib, usd, gib)
    }
}

const fn legacy(size: Size) -> Size {
    Size {
        deprecated: true,
        ..size
    }
}

/// <https://docs.digitalocean.com/products/app-platform/details/pricing/>
pub(crate) const SIZES: &[Size] = &[
    single(shared("apps-s-1vcpu-0.5gb", "Shared 1VCPU 0.5GB", 1, 512, 5, 50)),
    single(shared(
        "apps-s-1vcpu-1gb-fixed",
        "Shared 1VCPU 1GB Fixed",
        1,
        1024,
        10,
        100,
    )),
    shared("apps-s-1vcpu-1gb", "Shared 1VCPU 1GB", 1, 1024, 12, 150),
    shared("apps-s-1vcpu-2gb", "Shared 1VCPU 2GB", 1, 2048, 25, 200),
    shared("apps-s-2vcpu-4gb", "Shared 2VCPU 4GB", 2, 4096, 50, 250),
    dedicated("apps-d-1vcpu-0.5gb", "Dedicated 1VCPU 0.5GB", 1, 512, 29, 100),
    dedicated("apps-d-1vcpu-1gb", "Dedicated 1VCPU 1GB", 1, 1024, 34, 200),
    dedicated("apps-d-1vcpu-2gb", "Dedicated 1VCPU 2GB", 1, 2048, 39, 300),
    dedicated("apps-d-1vcpu-4gb", "Dedicated 1VCPU 4GB", 1, 4096, 49, 400),
    dedicated("apps-d-2vcpu-4gb", "Dedicated 2VCPU 4GB", 2, 4096, 78, 500),
    dedicated("apps-d-2vcpu-8gb", "Dedicated 2VCPU 8GB", 2, 8192, 98, 600),
    dedicated("apps-d-4vcpu-8gb", "Dedicated 4VCPU 8GB", 4, 8192, 156, 700),
    dedicated("apps-d-4vcpu-16gb", "Dedicated 4VCPU 16GB", 4, 16384, 196, 800),
    dedicated("apps-d-8vcpu-32gb", "Dedicated 8VCPU 32GB", 8, 32768, 392, 900),
    legacy(single(shared("basic-xxs", "Basic XXS", 1, 512, 5, 40))),
    legacy(single(shared("basic-xs", "Basic XS", 1, 1024, 10, 40))),
    legacy(single(shared("basic-s", "Basic S", 1, 2048, 20, 40))),
    legacy(single(shared("basic-m", "Basic M", 2, 4096, 40, 40))),
    legacy(shared("professional-xs", "Professional XS", 1, 1024, 12, 100)),
    legacy(shared("professional-s", "Professional S", 1, 2048, 25, 100)),
    legacy(shared("professional-m", "Professional M", 2, 4096, 50, 100)),
    legacy(dedicated("professional-1l", "Professional 1L", 1, 4096, 75, 100)),
    legacy(dedicated("professional-l", "Professional L", 2, 8192, 150, 100)),
    legacy(dedicated("professional-xl", "Professional XL", 4, 16384, 300, 100)),
];

pub(crate) fn size(slug: &str) -> Option<&'static Size> {
    SIZES.iter().find(|size| size.slug == slug)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Region {
    pub(crate) slug: &'static str,
    pub(crate) label: &'static str,
    pub(crate) flag: &'static str,
    pub(crate) continent: &'static str,
    pub(crate) data_centers: &'static [&'static str],
}

/// Where an app goes whose spec names no region.
pub(crate) const DEFAULT_REGION: &str = "nyc";

macro_rules! regions {
    ($($slug:literal $label:literal $flag:literal $continent:literal [$($data_center:literal),+];)+) => {
        pub(crate) const REGIONS: &[Region] = &[$(Region {
            slug: $slug,
            label: $label,
            flag: $flag,
            continent: $continent,
            data_centers: &[$($data_center),+],
        }),+];
    };
}

regions! {
    "ams" "Amsterdam" "netherlands" "Europe" ["ams3"];
    "nyc" "New York" "usa" "North America" ["nyc1", "nyc3"];
    "fra" "Frankfurt" "germany" "Europe" ["fra1"];
    "sfo" "San Francisco" "usa" "North America" ["sfo3"];
    "sgp" "Singapore" "singapore" "Asia" ["sgp1"];
    "blr" "Bangalore" "india" "Asia" ["blr1"];
    "tor" "Toronto" "canada" "North America" ["tor1"];
    "lon" "London" "uk" "Europe" ["lon1"];
    "syd" "Sydney" "australia" "Australia" ["syd1"];
    "atl" "Atlanta" "usa" "North America" ["atl1"];
}

pub(crate) fn region(slug: &str) -> Option<&'static Region> {
    REGIONS.iter().find(|region| region.slug == slug)
}

/// Dollars a month for one development database. <https://docs.digitalocean.com/products/app-platform/details/pricing/>
const DEV_DATABASE_USD: u64 = 7;

/// Dollars a month: instances and development databases. Jobs are paid while they run, static sites are free.
pub(crate) fn monthly_cost(spec: &Spec) -> u64 {
    let instances: u64 = spec
        .components()
        .filter(|(kind, _)| matches!(kind, Kind::Service | Kind::Worker))
        .filter_map(|(_, component)| Some(size(component.size())?.usd_per_month * component.instances()))
        .sum();
    let databases = spec.databases.iter().filter(|database| !database.production).count() as u64;
    instances + databases * DEV_DATABASE_USD
}

/// `basic` while every component fits it.
pub(crate) fn tier(spec: &Spec) -> &'static str {
    let professional = spec
        .components()
        .filter(|(kind, _)| kind.has_instances())
        .filter_map(|(_, component)| size(component.size()))
        .any(|size| size.tier == "professional");
    if professional { "professional" } else { "basic" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_per_second_follow_the_month() {
        assert_eq!(size("apps-s-1vcpu-0.5gb").unwrap().usd_per_second(), "0.000002066799");
        assert_eq!(size("apps-d-8vcpu-32gb").unwrap().usd_per_second(), "0.000162037037");
    }

    #[test]
    fn costs_add_up() {
        let spec = serde_json::json!({
            "name": "shop",
            "services": [{"name": "web", "instance_size_slug": "apps-s-1vcpu-1gb", "instance_count": 2}],
            "workers": [{"name": "mail"}],
            "jobs": [{"name": "seed"}],
            "databases": [{"name": "db", "engine": "PG"}],
        });
        assert_eq!(monthly_cost(&Spec::view(&spec).unwrap()), 24 + 5 + 7);
    }
}
