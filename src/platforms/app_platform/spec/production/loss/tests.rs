//! What an update takes, told apart in words, by table.

use serde_json::{Value, json};

use super::losses;

fn lost(live: &Value, planned: &Value) -> Vec<String> {
    let losses = losses(live, None, planned);
    losses
        .iter()
        .map(|loss| format!("{}: {} ({})", loss.name, loss.what, loss.why))
        .collect()
}

fn of_database(before: Value, after: &Value) -> String {
    lost(&json!({"databases": [before]}), &json!({ "databases": after })).join("; ")
}

#[test]
fn a_development_database_is_destroyed() {
    let db = json!({"name": "db", "engine": "PG", "version": "15"});
    for (after, why) in [
        (json!([]), "the file does not have it"),
        (json!(null), "the file does not have it"),
        (
            json!([{"name": "main", "engine": "PG"}]),
            "the file has `main` instead, and a database of a new name is a new, empty one",
        ),
        (
            json!([{"name": "db", "engine": "MYSQL"}]),
            "its `engine` is `MYSQL` in the file, not `PG`",
        ),
        (
            json!([{"name": "db", "engine": "PG", "version": "16"}]),
            "its `version` is 16 in the file, not 15, and a development database is upgraded on the platform, not by the file",
        ),
        (
            json!([{"name": "db", "engine": "PG", "version": 14}]),
            "its `version` is 14 in the file, not 15, and a development database is upgraded on the platform, not by the file",
        ),
        (
            json!([{"name": "db", "engine": "PG", "production": true, "cluster_name": "big"}]),
            "the file has a managed cluster in its place",
        ),
        (
            json!([{"name": "db", "engine": "PG", "cluster_name": "big"}]),
            "the file has a managed cluster in its place",
        ),
    ] {
        let expected = format!("databases.db: destroy the development database `db` with its data ({why})");
        assert_eq!(of_database(db.clone(), &after), expected, "{after}");
    }
}

#[test]
fn a_database_without_an_engine_is_postgresql() {
    let why = "its `engine` is `MYSQL` in the file, not `PG`";
    let expected = format!("databases.db: destroy the development database `db` with its data ({why})");
    assert_eq!(
        of_database(json!({"name": "db"}), &json!([{"name": "db", "engine": "MYSQL"}])),
        expected
    );
}

#[test]
fn a_managed_database_is_detached() {
    let db = json!({"name": "db", "engine": "PG", "version": "15", "production": true, "cluster_name": "big", "db_name": "shop"});
    for (after, why) in [
        (json!([]), "the file does not have it"),
        (
            json!([{"name": "main", "engine": "PG", "production": true, "cluster_name": "big"}]),
            "the file has `main` instead",
        ),
        (
            json!([{"name": "db", "engine": "PG", "production": true, "cluster_name": "other"}]),
            "its `cluster_name` is `other` in the file, not `big`, which is live",
        ),
        (
            json!([{"name": "db", "engine": "PG", "production": true, "cluster_name": "big", "db_name": "test"}]),
            "its `db_name` is `test` in the file, not `shop`",
        ),
        (
            json!([{"name": "db", "engine": "PG"}]),
            "the file has a development database in its place",
        ),
        (
            json!([{"name": "db", "engine": "PG", "production": false, "cluster_name": "big"}]),
            "the file has a development database in its place",
        ),
    ] {
        let expected = format!("databases.db: detach the database `db`, whose data stays in the cluster `big` ({why})");
        assert_eq!(of_database(db.clone(), &after), expected, "{after}");
    }
}

#[test]
fn a_named_cluster_without_production_may_be_either() {
    let db = json!({"name": "db", "engine": "PG", "cluster_name": "big"});
    let fate = "detach the database `db` from the cluster `big`, which keeps the data only if it is a managed one";
    for (after, expected) in [
        (json!([]), format!("databases.db: {fate} (the file does not have it)")),
        (
            json!([{"name": "db", "engine": "PG", "cluster_name": "other"}]),
            format!("databases.db: {fate} (its `cluster_name` is `other` in the file, not `big`, which is live)"),
        ),
        // What the file leaves open.
        (json!([{"name": "db", "engine": "PG"}]), String::new()),
        (
            json!([{"name": "db", "engine": "PG", "production": true, "cluster_name": "big"}]),
            String::new(),
        ),
    ] {
        assert_eq!(of_database(db.clone(), &after), expected, "{after}");
    }
}

#[test]
fn a_database_that_stays_is_no_loss() {
    let dev = json!({"name": "db", "engine": "PG", "version": "15", "num_nodes": 1, "size": "db-s-dev-database"});
    let managed = json!({"name": "db", "engine": "PG", "version": "15", "production": true, "cluster_name": "big",
        "db_name": "shop", "db_user": "shop"});
    for (before, after) in [
        (&dev, json!([{"name": "db"}])),
        (&dev, json!([{"name": "db", "engine": "PG", "version": "15"}])),
        (
            &dev,
            json!([{"name": "db", "engine": "pg", "version": 15, "production": false, "cluster_name": ""}]),
        ),
        (&dev, json!([{"name": "db", "engine": "UNSET", "version": "15.4"}])),
        (
            &json!({"name": "db"}),
            json!([{"name": "db", "engine": "PG", "version": "16"}]),
        ),
        (
            &dev,
            json!([{"name": "more", "engine": "PG"}, {"name": "db", "engine": "PG"}]),
        ),
        (
            &managed,
            json!([{"name": "db", "version": "16", "production": "true", "cluster_name": "BIG", "db_name": "shop", "db_user": " shop"}]),
        ),
    ] {
        assert_eq!(of_database(before.clone(), &after), "", "{after}");
    }
}

#[test]
fn another_database_user_or_cluster_of_a_managed_one_is_a_change() {
    let detached = "detach the database `db`, whose data stays in the cluster `big`";
    let user = "connect to the database `db` of the cluster `big` as another user, who may lack rights to its data";
    for (engine, before, after, expected) in [
        ("PG", json!({}), json!({"db_name": "shop2", "db_user": "zed"}), format!("{detached} (its `db_name` is `shop2` in the file, not `defaultdb`, which the platform takes where none is named)")),
        ("MYSQL", json!({}), json!({"db_name": "shop"}), format!("{detached} (its `db_name` is `shop` in the file, not `defaultdb`, which the platform takes where none is named)")),
        ("PG", json!({"db_name": "orders"}), json!({}), format!("{detached} (the file has no `db_name`, which is `orders` in the live app)")),
        ("PG", json!({"db_name": "orders"}), json!({"db_name": " "}), format!("{detached} (the file has no `db_name`, which is `orders` in the live app)")),
        ("PG", json!({"db_name": "orders"}), json!({"db_name": "Orders"}), format!("{detached} (its `db_name` is `Orders` in the file, not `orders`)")),
        ("PG", json!({"db_name": "orders"}), json!({"db_name": "defaultdb"}), format!("{detached} (its `db_name` is `defaultdb` in the file, not `orders`)")),
        ("PG", json!({}), json!({"db_user": "zed"}), format!("{user} (its `db_user` is `zed` in the file, not `doadmin`, which the platform takes where none is named)")),
        ("MYSQL", json!({"db_user": "zed"}), json!({}), format!("{user} (the file has no `db_user`, which is `zed` in the live app)")),
        ("PG", json!({"db_user": "a"}), json!({"db_user": "b"}), format!("{user} (its `db_user` is `b` in the file, not `a`)")),
        ("VALKEY", json!({}), json!({"db_user": "doadmin"}), format!("{user} (its `db_user` is `doadmin` in the file, not `default`, which the platform takes where none is named)")),
        ("PG", json!({}), json!({"cluster_name": null}), format!("{detached} (the file has no `cluster_name`, which is `big` in the live app)")),
        ("PG", json!({"cluster_name": null}), json!({}), "detach the database `db`, whose data stays in its cluster (its `cluster_name` is `big` in the file, and the live app has none)".to_owned()),
        // What the platform takes where none is named.
        ("PG", json!({}), json!({"db_name": "defaultdb", "db_user": "doadmin"}), String::new()),
        ("MYSQL", json!({"db_name": "defaultdb", "db_user": "doadmin"}), json!({}), String::new()),
        ("MONGODB", json!({}), json!({"db_name": "admin"}), String::new()),
        ("VALKEY", json!({"db_user": "default"}), json!({}), String::new()),
        ("", json!({"db_user": "default"}), json!({}), String::new()),
    ] {
        let database = |more: &Value| {
            let mut it = json!({"name": "db", "engine": engine, "production": true, "cluster_name": "big"});
            for (key, value) in more.as_object().expect("a mapping") {
                it[key] = value.clone();
            }
            it
        };
        let expected = match expected.is_empty() {
            true => expected,
            false => format!("databases.db: {expected}"),
        };
        assert_eq!(of_database(database(&before), &json!([database(&after)])), expected, "{engine} {before} {after}");
    }
}

#[test]
fn several_databases_are_told_apart() {
    let live = json!({"databases": [
        {"name": "db", "engine": "PG"},
        {"name": "cache", "engine": "VALKEY", "production": true, "cluster_name": "fast"},
    ]});
    assert_eq!(
        lost(&live, &json!({})),
        [
            "databases.db: destroy the development database `db` with its data (the file does not have it)",
            "databases.cache: detach the database `cache`, whose data stays in the cluster `fast` (the file does not have it)",
        ]
    );
}

#[test]
fn addresses_networks_and_domains_are_dropped_or_changed() {
    let dedicated = json!({"egress": {"type": "DEDICATED_IP"}});
    let vpc = json!({"vpc": {"id": "v-1", "egress_ips": [{"ip": "10.0.0.1"}]}});
    let domain = json!({"domains": [
        {"domain": "Shop.example.", "type": "PRIMARY", "zone": "shop.example", "wildcard": true},
        {"domain": "x.ondigitalocean.app", "type": "DEFAULT"},
    ]});
    let egress = "egress: give up the dedicated IP addresses that the app's own requests come from";
    for (live, planned, expected) in [
        (&dedicated, json!({}), format!("{egress} (the file has no `egress` of type `DEDICATED_IP`)")),
        (
            &dedicated,
            json!({"egress": {"type": "AUTOASSIGN"}}),
            format!("{egress} (`egress` is of type `AUTOASSIGN` in the file)"),
        ),
        (&vpc, json!({}), "vpc: take the app out of the VPC `v-1` (the file has no `vpc`)".to_owned()),
        (
            &vpc,
            json!({"vpc": {"id": "v-2"}}),
            "vpc: move the app from the VPC `v-1` to `v-2` (the file has a different one)".to_owned(),
        ),
        (
            &json!({"region": "nyc"}),
            json!({"region": "ams3"}),
            "region: move the app from the region `nyc` to `ams3` (the file has a different one)".to_owned(),
        ),
        (&domain, json!({}), "domains.shop.example: drop the domain `shop.example` (the file does not have it)".to_owned()),
        (
            &domain,
            json!({"domains": [{"domain": "shop.example"}]}),
            "domains.shop.example: drop the subdomains of `shop.example` (the file has the domain without `wildcard`)"
                .to_owned(),
        ),
        (
            &domain,
            json!({"domains": [{"domain": "shop.example", "wildcard": true, "zone": "example"}]}),
            "domains.shop.example: take the domain `shop.example` out of the DNS zone `shop.example` (the file has the zone `example`)"
                .to_owned(),
        ),
    ] {
        assert_eq!(lost(live, &planned), [expected], "{planned}");
    }
}

#[test]
fn what_is_added_left_open_or_written_otherwise_is_no_loss() {
    for (live, planned) in [
        (json!({"region": "nyc"}), json!({})),
        (json!({"region": "nyc"}), json!({"region": "NYC3"})),
        (
            json!({}),
            json!({"egress": {"type": "DEDICATED_IP"}, "vpc": {"id": "v-1"}, "domains": [{"domain": "a.example"}]}),
        ),
        (json!({"egress": {"type": "AUTOASSIGN"}}), json!({})),
        (json!({"egress": {"type": "AUTOASSIGN"}}), json!({"egress": null})),
        (
            json!({"egress": {"type": "DEDICATED_IP"}}),
            json!({"egress": {"type": "dedicated_ip"}}),
        ),
        (json!({"vpc": {"id": "V-1"}}), json!({"vpc": {"id": "v-1"}})),
        (
            json!({"domains": [{"domain": "x.ondigitalocean.app", "type": "DEFAULT"}]}),
            json!({}),
        ),
        (
            json!({"domains": [{"domain": "a.example", "type": "PRIMARY", "zone": "example"}]}),
            json!({"domains": [{"domain": "a.example", "type": "ALIAS"}, {"domain": "b.example", "type": "PRIMARY"}]}),
        ),
        (
            json!({"maintenance": {"enabled": true}, "alerts": [{"rule": "DOMAIN_FAILED"}], "workers": [{"name": "queue"}]}),
            json!({}),
        ),
    ] {
        assert_eq!(lost(&live, &planned), Vec::<String>::new(), "{planned}");
    }
}
