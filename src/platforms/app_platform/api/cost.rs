//! What an app costs in a month, awake and asleep.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use reqwest::Method;
use serde_json::{Value, json};

use super::super::document::component::{self, Component, Kind};
use super::super::document::network;
use super::refusal::refusal;
use super::{AppPlatform, wire};
use crate::model::report::Cost;
use crate::net::retry::Repeat;
use crate::platforms::error::Result;

/// US dollars a month by instance size.
pub(super) type Prices = BTreeMap<String, f64>;

/// Share of its price that a sleeping service costs.
/// <https://docs.digitalocean.com/products/app-platform/how-to/scale-to-zero/>
const ASLEEP: f64 = 0.1;

/// US dollars a month for a development database, and for a dedicated egress IP.
/// <https://docs.digitalocean.com/products/app-platform/details/pricing/>
const DEVELOPMENT_DATABASE: f64 = 7.0;
const DEDICATED_EGRESS: f64 = 25.0;

/// The size of a component that names none. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Apps>
const DEFAULT_SIZE: &str = "apps-s-1vcpu-0.5gb";

/// Sizes of apps from before May 2024, which the catalogue no longer lists, and what they cost.
/// <https://docs.digitalocean.com/products/app-platform/details/pricing/>
const LEGACY: [(&str, f64); 10] = [
    ("basic-xxs", 5.0),
    ("basic-xs", 10.0),
    ("basic-s", 20.0),
    ("basic-m", 40.0),
    ("professional-xs", 12.0),
    ("professional-s", 25.0),
    ("professional-m", 50.0),
    ("professional-1l", 75.0),
    ("professional-l", 150.0),
    ("professional-xl", 300.0),
];

impl AppPlatform {
    /// The spec as the platform would keep it, defaults filled in: comparable with a live app's.
    pub(in crate::platforms::app_platform) async fn normalized(
        &self,
        spec: &Value,
        app_id: Option<&str>,
    ) -> Result<Value> {
        let proposed = self.propose(spec, app_id).await?;
        Ok(proposed.spec.unwrap_or_else(|| spec.clone()))
    }

    async fn propose(&self, spec: &Value, app_id: Option<&str>) -> Result<wire::Proposal> {
        let mut body = json!({ "spec": spec });
        if let Some(app_id) = app_id {
            body["app_id"] = app_id.into();
        }
        let sent = self
            .client
            .send::<wire::Proposal>(Method::POST, "/v2/apps/propose", Some(&body), Repeat::Freely)
            .await;
        let proposed = match sent {
            Err(error) if error.status().is_some_and(|status| status < 500) => Err(refusal(error, spec)),
            sent => self.answered(sent),
        }?;
        *self.proposed.lock().unwrap_or_else(PoisonError::into_inner) =
            proposed.app_cost.map(|sum| (spec.clone(), sum));
        Ok(proposed)
    }

    /// The platform's own sum, of which a spec that was proposed before its app was made need not be asked again.
    async fn sum(&self, spec: &Value, app_id: Option<&str>) -> Result<Option<f64>> {
        let proposed = self.proposed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match proposed {
            Some((known, sum)) if known == *spec => Ok(Some(sum)),
            _ => Ok(self.propose(spec, app_id).await?.app_cost),
        }
    }

    pub(in crate::platforms::app_platform) async fn cost(&self, spec: &Value, app_id: Option<&str>) -> Result<Cost> {
        let asked = self.sum(spec, app_id).await?;
        if let Some(awake) = asked
            && all_of_it_sleeps(spec)
        {
            return Ok(Cost {
                awake,
                asleep: Some(awake * ASLEEP),
            });
        }
        let prices = self.prices().await?;
        Ok(cost(spec, asked, prices))
    }

    pub(in crate::platforms::app_platform) async fn list_price(&self, spec: &Value) -> Result<Cost> {
        Ok(cost(spec, None, self.prices().await?))
    }

    /// The catalogue, asked for once.
    async fn prices(&self) -> Result<&Prices> {
        self.sizes
            .get_or_try_init(|| async {
                let listed: wire::Sizes = self.answered(self.client.get("/v2/apps/tiers/instance_sizes").await)?;
                let priced = listed
                    .instance_sizes
                    .into_iter()
                    .filter_map(|size| Some((size.slug, size.usd_per_month?)));
                Ok(LEGACY
                    .iter()
                    .map(|(slug, price)| ((*slug).to_owned(), *price))
                    .chain(priced)
                    .collect())
            })
            .await
    }
}

/// `asked` is the platform's own sum, where it gave one. Jobs are billed while they run only, and static sites depend
/// on how many the account has: neither is counted here.
fn cost(spec: &Value, asked: Option<f64>, prices: &Prices) -> Cost {
    let price = |component: Component<'_>| {
        let size = component.size().unwrap_or(DEFAULT_SIZE);
        prices.get(size).copied().unwrap_or(0.0) * component.least_instances()
    };
    let services = || component::of(spec, Kind::Service).into_iter();
    let sleeping: f64 = services().filter(sleeps).map(price).sum();
    let any_sleeps = services().any(|service| sleeps(&service));
    let workers: f64 = component::of(spec, Kind::Worker).into_iter().map(price).sum();
    let databases = component::of(spec, Kind::Database);
    let databases = databases.iter().filter(|it| !it.has_production_flag()).count();
    let egress = network::egress(spec) == Some("DEDICATED_IP");
    let counted = services().map(price).sum::<f64>()
        + workers
        + databases as f64 * DEVELOPMENT_DATABASE
        + if egress { DEDICATED_EGRESS } else { 0.0 };
    let awake = asked.unwrap_or(counted);
    Cost {
        awake,
        asleep: any_sleeps.then(|| (awake - sleeping * (1.0 - ASLEEP)).max(0.0)),
    }
}

/// Whether everything that is billed falls asleep, so that no price list is needed.
fn all_of_it_sleeps(spec: &Value) -> bool {
    let services = component::of(spec, Kind::Service);
    let mut other = Kind::ALL.into_iter().filter(|kind| *kind != Kind::Service);
    !services.is_empty()
        && services.iter().all(sleeps)
        && other.all(|kind| component::of(spec, kind).is_empty())
        && !network::has_egress(spec)
}

fn sleeps(service: &Component<'_>) -> bool {
    service.sleep().is_some_and(|sleep| sleep.names_seconds())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{ASLEEP, Prices, all_of_it_sleeps, cost};

    fn cents(spec: Value, asked: Option<f64>) -> (i64, Option<i64>) {
        let prices: Prices = [("apps-s-1vcpu-0.5gb", 5.0), ("apps-s-1vcpu-1gb", 12.0)]
            .map(|(slug, price)| (slug.to_owned(), price))
            .into();
        let cost = cost(&spec, asked, &prices);
        let cents = |dollars: f64| (dollars * 100.0).round() as i64;
        (cents(cost.awake), cost.asleep.map(cents))
    }

    #[test]
    fn only_services_sleep_and_databases_cost_all_the_time() {
        let sleep = json!({"after_seconds": 3600});
        let spec = json!({"services": [{"name": "web", "inactivity_sleep": sleep}], "databases": [{"name": "db"}]});
        assert_eq!(cents(spec.clone(), None), (1200, Some(750)));
        assert_eq!(cents(spec, Some(12.0)), (1200, Some(750)));
        let two = json!({"services": [{"name": "web", "inactivity_sleep": sleep, "instance_count": 2},
                                      {"name": "api", "instance_size_slug": "apps-s-1vcpu-1gb"}]});
        assert_eq!(cents(two, None), (2200, Some(1300)));
    }

    #[test]
    fn only_where_everything_sleeps_no_price_list_is_needed() {
        let web = json!({"name": "web", "inactivity_sleep": {"after_seconds": 3600}});
        for (spec, sleeps) in [
            (json!({"services": [web]}), true),
            (json!({"services": [web, web], "databases": []}), true),
            (json!({"services": [web, {"name": "api"}]}), false),
            (json!({"services": [web], "workers": [{"name": "mail"}]}), false),
            (json!({"services": [web], "static_sites": [{"name": "site"}]}), false),
            (json!({"services": [web], "databases": [{"name": "db"}]}), false),
            (json!({"services": [web], "egress": {"type": "DEDICATED_IP"}}), false),
            (json!({"static_sites": [{"name": "site"}]}), false),
        ] {
            assert_eq!(all_of_it_sleeps(&spec), sleeps, "{spec}");
            if sleeps {
                let prices = Prices::from([("apps-s-1vcpu-0.5gb".to_owned(), 5.0)]);
                let awake = 5.0 * spec["services"].as_array().map_or(0, Vec::len) as f64;
                let listed = cost(&spec, Some(awake), &prices).asleep.expect("it sleeps");
                assert!((listed - awake * ASLEEP).abs() < 0.001, "{listed}");
            }
        }
    }

    #[test]
    fn an_app_that_does_not_sleep_has_one_price() {
        assert_eq!(cents(json!({"services": [{"name": "web"}]}), Some(5.0)), (500, None));
        assert_eq!(cents(json!({"static_sites": [{"name": "site"}]}), None), (0, None));
    }
}
