//! What is changed in a document, and what stays as it was written.

use serde_json::{Value, json};

use super::component::{self, Component, ComponentMut, Kind};
use super::{app, database, domain, env, ingress, maintenance, marks, network, source, text_fields};
use crate::platforms::source::SourceKind;

fn read(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn a_change_leaves_everything_else_as_it_was_written() {
    let mut spec = read(
        r#"{"x-shared":1,"name":"shop","region":null,"services":[7,{"x":null,"instance_count":"2","name":"web","image":{"tag":"v1","deploy_on_push":true,"y":[]},"inactivity_sleep":"soon","health_check":{"port":"80"},"envs":[{"z":1,"key":"A","value":"b","type":"GENERAL","scope":"BUILD_TIME"},"odd"]}],"ingress":{"rules":[{"component":{"name":"web"},"u":{}},{"component":{"name":"gone"}}],"more":true}}"#,
    );
    let mut web = component::find(&mut spec, "web").expect("it is there");
    web.sleep_after(60);
    web.set_size("small");
    web.set_run_command("serve");
    web.source_mut(SourceKind::Image).expect("an image").pin("sha256:1");
    let readiness = web.readiness_mut().expect("a check");
    readiness.change_delay(0, |delay| delay + 30);
    env::each_list(&mut spec, |owner, envs| {
        assert_eq!(owner, Some("web"));
        env::set(&mut envs[0], "c", true);
    });
    ingress::retain(&mut spec, |rule| rule.component() == Some("web"));
    network::set_region(&mut spec, "ams");
    assert_eq!(
        spec.to_string(),
        r#"{"x-shared":1,"name":"shop","region":"ams","services":[7,{"x":null,"instance_count":"2","name":"web","image":{"y":[],"digest":"sha256:1"},"inactivity_sleep":{"after_seconds":60},"health_check":{"port":"80","initial_delay_seconds":30},"envs":[{"z":1,"key":"A","value":"c","type":"SECRET","scope":"RUN_AND_BUILD_TIME"},"odd"],"instance_size_slug":"small","run_command":"serve"}],"ingress":{"rules":[{"component":{"name":"web"},"u":{}}],"more":true}}"#
    );
}

/// The platform has words of its own for a field of the wrong shape: nothing here falls over it.
#[test]
fn a_field_of_another_shape_is_read_as_nothing_and_stays() {
    let shapes = [
        json!(null),
        json!(true),
        json!(-1.5),
        json!("x"),
        json!([]),
        json!([[]]),
        json!({}),
        json!({"name": 1}),
    ];
    let fields = [
        "name",
        "kind",
        "image",
        "github",
        "git",
        "routes",
        "envs",
        "health_check",
        "liveness_health_check",
        "http_port",
        "internal_ports",
        "inactivity_sleep",
        "autoscaling",
        "instance_count",
        "instance_size_slug",
        "run_command",
        "engine",
        "production",
        "log_destinations",
    ];
    for shape in &shapes {
        for field in fields {
            let mut spec = json!({ field: shape, "services": [{ field: shape }], "jobs": shape, "databases": [shape] });
            let before = spec.clone();
            component::components(&spec).iter().for_each(read_all);
            read_app(&spec);
            assert_eq!(spec, before);
            component::each(&mut spec, change_all);
            read_app(&spec);
        }
        for field in ["domains", "ingress", "maintenance", "egress", "vpc", "region", "spec"] {
            for spec in [
                json!({ field: shape }),
                json!({ field: [shape] }),
                json!({ field: {"rules": shape} }),
            ] {
                read_app(&spec);
            }
        }
    }
}

fn read_all(component: &Component<'_>) {
    let _ = (component.titled(), component.pointer(), component.job_kind());
    let _ = (component.sources(), component.image().map(|image| image.place()));
    let _ = (
        component.health_check(),
        component.http_port(),
        component.listens_publicly(),
    );
    let _ = (
        component.sleep().map(|sleep| (sleep.is_set(), sleep.seconds())),
        component.routes().count(),
    );
    let _ = (
        component.size(),
        component.instance_count(),
        component.least_instances(),
    );
    let _ = (
        component.engine(),
        component.is_production(),
        component.envs().map(env::key).count(),
    );
    let _ = component.commands().count();
}

fn read_app(spec: &Value) {
    let _ = (
        app::name_of(spec),
        app::is_template(spec),
        marks::marks(spec),
        source::sources(spec),
    );
    let _ = (network::region(spec), network::vpc(spec), network::egress(spec));
    let _ = maintenance::is_on(spec, maintenance::Switch::Archive);
    for domain in domain::domains(spec) {
        let _ = (
            domain.name(),
            domain.is_wildcard(),
            domain.says_wildcard(),
            domain.zone(),
        );
    }
    for rule in ingress::rules(spec) {
        let _ = (
            rule.host(),
            rule.path(),
            rule.target(),
            rule.address(),
            rule.names_host(),
        );
    }
    let _ = ingress::secure_header(spec);
}

fn change_all(mut component: ComponentMut<'_>) {
    component.sleep_after(60);
    component.limit_to_one();
    component.set_job_kind("PRE_DEPLOY");
    component.add_env(env::new("A", "b", true));
    for kind in source::KINDS {
        if let Some(mut source) = component.source_mut(kind) {
            source.set_branch("main");
            source.ignore_pushes();
            source.remove_credentials();
        }
    }
    if let Some(check) = component.readiness_mut() {
        check.change_delay(0, |delay| delay);
    }
    if let Some(check) = component.liveness_mut() {
        check.change_delay(0, |delay| delay);
    }
}

#[test]
fn numbers_become_text_where_the_platform_takes_text() {
    let mut spec = json!({
        "envs": [{"key": "PORT", "value": 8080}, {"key": "NONE", "value": null}],
        "workers": [{"github": {"branch": 1.5}, "image": {"tag": true}, "instance_count": 2}],
        "databases": [{"version": 15}],
    });
    text_fields::as_text(&mut spec);
    let expected = json!({
        "envs": [{"key": "PORT", "value": "8080"}, {"key": "NONE", "value": null}],
        "workers": [{"github": {"branch": "1.5"}, "image": {"tag": "true"}, "instance_count": 2}],
        "databases": [{"version": "15"}],
    });
    assert_eq!(spec, expected);
}

#[test]
fn a_development_database_and_a_job_beside_a_service_have_what_the_platform_asks_for() {
    let mut spec =
        json!({"services": [{"name": "web", "git": {"branch": "main"}, "x": 1, "envs": [], "http_port": 80}]});
    let job = component::of(&spec, Kind::Service)[0].job_like_it("prepare", "PRE_DEPLOY", "migrate");
    component::push(&mut spec, Kind::Job, job);
    database::set_development(&mut spec, "db", None);
    assert_eq!(
        spec["jobs"].to_string(),
        r#"[{"name":"prepare","kind":"PRE_DEPLOY","git":{"branch":"main"},"envs":[],"run_command":"migrate"}]"#
    );
    assert_eq!(
        spec["databases"].to_string(),
        r#"[{"name":"db","engine":"PG","production":false}]"#
    );
}
