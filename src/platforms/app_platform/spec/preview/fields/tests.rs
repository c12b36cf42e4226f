//! The list of fields against the vendor's own document.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{APP, Rule, Table, rule};
use crate::platforms::app_platform::spec::tests::shared::{document, properties};

/// Fields below `schema` for which the table has no rule.
fn without_rule(document: &Value, schema: &Value, table: Table, path: &str, missing: &mut BTreeSet<String>) {
    for (key, value) in properties(document, schema) {
        let path = format!("{path}.{key}");
        match rule(table, key) {
            None => drop(missing.insert(path)),
            Some(Rule::Of(table)) => without_rule(document, value, table, &path, missing),
            // What is rewritten, left out or refused is so as a whole.
            Some(Rule::Rewritten | Rule::LeftOut(_) | Rule::Refused(_)) => {}
            Some(Rule::Allowed) => {
                let inner = properties(document, value);
                missing.extend(inner.iter().map(|(key, _)| format!("{path}.{key}")));
            }
        }
    }
}

#[test]
fn every_field_of_the_vendors_document_has_a_rule() {
    let Some(document) = document() else { return };
    let schema = &document["components"]["schemas"]["app_spec"];
    assert!(properties(&document, schema).len() > 10, "{schema:#}");
    let mut missing = BTreeSet::new();
    without_rule(&document, schema, APP, "", &mut missing);
    assert_eq!(missing, BTreeSet::new(), "a new field needs a rule");
}

#[test]
fn a_field_that_the_vendor_adds_has_none() {
    let Some(mut document) = document() else { return };
    for (schema, field) in [
        ("app_spec", "mesh"),
        ("app_database_spec", "snapshot"),
        ("app_log_destination_definition", "anything"),
        ("apps_git_source_spec", "deploy_key"),
        ("app_variable_definition", "from_secret_store"),
        ("app_health_check_spec", "grpc"),
    ] {
        document["components"]["schemas"][schema]["properties"][field] = serde_json::json!({"type": "string"});
    }
    let mut missing = BTreeSet::new();
    let schema = &document["components"]["schemas"]["app_spec"];
    without_rule(&document, schema, APP, "", &mut missing);
    for field in [
        ".mesh",
        ".databases.snapshot",
        ".services.git.deploy_key",
        ".jobs.git.deploy_key",
        ".static_sites.envs.from_secret_store",
        ".workers.liveness_health_check.grpc",
    ] {
        assert!(missing.contains(field), "{field} is not in {missing:#?}");
    }
    // A preview has no log destination, whatever the vendor adds to one.
    assert!(!missing.iter().any(|field| field.contains("anything")), "{missing:#?}");
}

/// The tests of this program once more, where the vendor's document is not at hand.
#[test]
fn what_was_not_compared_is_said_and_fails_where_the_document_is_required() {
    let empty = tempfile::tempdir().expect("a folder");
    let tests = std::env::current_exe().expect("this program");
    for (test, what) in [
        (
            "every_field_of_the_vendors_document_has_a_rule",
            "openapi/digitalocean.json",
        ),
        ("a_field_that_the_vendor_adds_has_none", "openapi/digitalocean.json"),
        ("real_specs_read_or_say_why_not_and_print_what_reads_back", "specs"),
    ] {
        for required in ["", "1"] {
            let ran = std::process::Command::new(&tests)
                .arg(test)
                .env("DO_DEPLOY_SHARED", empty.path())
                .env("DO_DEPLOY_REQUIRE_SHARED", required)
                .output()
                .expect("it runs");
            let said = [ran.stdout, ran.stderr].concat();
            let said = String::from_utf8_lossy(&said);
            assert!(said.contains("1 passed") || said.contains("1 failed"), "{test}: {said}");
            assert_eq!(ran.status.success(), required.is_empty(), "{test}: {said}");
            let skipped = format!("{test} was SKIPPED: there is no {what} in {}", empty.path().display());
            assert!(said.contains(&skipped), "{said}");
        }
    }
}
