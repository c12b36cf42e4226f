//! One small instance of everything.

use serde_json::Value;

use super::super::component;
use super::Notes;

/// The smallest size.
pub(super) const HALF_GIB: &str = "apps-s-1vcpu-0.5gb";
/// One instance only, which is all that a preview has, and $2 cheaper than the size that scales.
const ONE_GIB: &str = "apps-s-1vcpu-1gb-fixed";

/// What the retired slugs are called now, up to 1 GiB. New apps cannot have the retired ones.
const RETIRED: [(&str, &str); 3] = [
    ("basic-xxs", HALF_GIB),
    ("basic-xs", ONE_GIB),
    ("professional-xs", "apps-s-1vcpu-1gb"),
];

/// The size for a preview of production's size: the same memory on shared CPUs, at most 1 GiB.
pub(super) fn preview_size(production: &str) -> &str {
    if let Some((_, now)) = RETIRED.iter().find(|(retired, _)| *retired == production) {
        return now;
    }
    if production.starts_with("basic-") || production.starts_with("professional-") {
        return ONE_GIB;
    }
    let memory = production
        .split('-')
        .find_map(|part| part.strip_suffix("gb")?.parse::<f64>().ok());
    match memory {
        Some(gibibytes) if gibibytes > 1.0 => ONE_GIB,
        Some(gibibytes) if production.starts_with("apps-d-") && gibibytes <= 0.5 => HALF_GIB,
        Some(_) if production.starts_with("apps-d-") => ONE_GIB,
        _ => production,
    }
}

/// `size` is `auto` or a slug.
pub(super) fn shrink(preview: &mut Value, size: &str, notes: &mut Notes) {
    component::each(preview, |mut component| {
        if !component.kind.has_instances() {
            return;
        }
        let name = component.name();
        if component.limit_to_one() {
            notes.changes.push(
                format!("one instance of `{name}`"),
                "a preview has few visitors and one disk",
            );
        }
        let production = component.read().size().unwrap_or(HALF_GIB).to_owned();
        let slug = if size == "auto" {
            preview_size(&production)
        } else {
            size
        };
        if slug != production {
            let why = if size == "auto" {
                "previews are small"
            } else {
                "`[preview] size` in do-deploy.toml"
            };
            notes
                .changes
                .push(format!("size of `{name}` is `{slug}` instead of `{production}`"), why);
        }
        component.set_size(slug);
    });
}

#[cfg(test)]
mod tests {
    use super::preview_size;

    #[test]
    fn at_most_one_gibibyte_of_shared_cpu() {
        for (production, preview) in [
            ("apps-s-1vcpu-0.5gb", "apps-s-1vcpu-0.5gb"),
            ("apps-s-1vcpu-1gb", "apps-s-1vcpu-1gb"),
            ("apps-s-1vcpu-1gb-fixed", "apps-s-1vcpu-1gb-fixed"),
            ("apps-s-2vcpu-4gb", "apps-s-1vcpu-1gb-fixed"),
            ("apps-d-1vcpu-0.5gb", "apps-s-1vcpu-0.5gb"),
            ("apps-d-1vcpu-1gb", "apps-s-1vcpu-1gb-fixed"),
            ("apps-d-8vcpu-32gb", "apps-s-1vcpu-1gb-fixed"),
            ("basic-xxs", "apps-s-1vcpu-0.5gb"),
            ("basic-xs", "apps-s-1vcpu-1gb-fixed"),
            ("basic-m", "apps-s-1vcpu-1gb-fixed"),
            ("professional-xs", "apps-s-1vcpu-1gb"),
            ("professional-xl", "apps-s-1vcpu-1gb-fixed"),
            ("something-new", "something-new"),
        ] {
            assert_eq!(preview_size(production), preview, "{production}");
        }
    }
}
