//! Databases: clusters without a name, engines that are no longer offered, hosts that do not exist.

use super::super::component::{self, Kind, owner_noun, owners};
use super::super::document::database::Field;
use super::super::env;
use super::findings::Findings;
use crate::model::failure::Failure;

/// Where DigitalOcean's clusters have their hosts.
const HOSTS: &str = ".db.ondigitalocean.com";
const POOLER: &str = "-pooler.db.ondigitalocean.com";

pub(super) fn check(findings: &mut Findings<'_>) {
    let spec = findings.spec().value();
    for database in component::of(spec, Kind::Database) {
        let engine = database.engine().unwrap_or_default();
        let titled = database.titled();
        let at = |field: Field| format!("{}/{}", database.pointer(), field.key());
        if database.is_production() && database.cluster().is_none() {
            let failure = Failure::input(format!("{titled} is for production and names no cluster"))
                .why("App Platform attaches an app to a cluster that exists; it makes none")
                .next("add `cluster_name`, the name of the cluster; or take `production: true` out for a development database");
            findings.error("database", &at(Field::Production), failure);
        }
        if engine == "REDIS" {
            let failure = Failure::input(format!("the engine of {titled} is `REDIS`"))
                .why("DigitalOcean makes no Redis clusters any more, and has moved those that there were to Valkey")
                .next("write `VALKEY`");
            findings.warn("database", &at(Field::Engine), failure);
        } else if database.cluster().is_none()
            && !database.may_be_production()
            && !matches!(engine, "" | "UNSET" | "PG")
        {
            let failure = Failure::input(format!("{titled} is a development database of `{engine}`"))
                .why("development databases are PostgreSQL alone")
                .next("add `production: true` and `cluster_name`, the name of a managed cluster");
            findings.warn("database", &at(Field::Engine), failure);
        }
    }
    for (owner, value) in owners(spec) {
        let pointer = owner.map_or_else(String::new, |owner| owner.pointer());
        for (index, it) in env::list(value).enumerate() {
            if env::value(it).is_some_and(|value| value.contains(POOLER)) {
                let failure = Failure::input(format!(
                    "`{}` of {} names a host that does not exist: `…{POOLER}`",
                    env::key(it),
                    owner_noun(owner)
                ))
                .why(format!(
                    "connection pools of DigitalOcean have the cluster's own host, which ends in `{HOSTS}`, the port 25061 and the pool's name for a database"
                ))
                .next("bind it: `${COMPONENT.POOL.DATABASE_URL}`; or copy the pool's own URL from the control panel");
                findings.error("database", &env::key_pointer(&pointer, index), failure);
            }
        }
    }
}
