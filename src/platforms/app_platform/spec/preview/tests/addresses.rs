//! What keeps production's address in a preview is said, with what to write instead.

use super::*;

const DOMAINS: &str = "domains: [{domain: shop.example, type: PRIMARY}, {domain: api.shop.example, type: ALIAS}, {domain: wild.example, wildcard: true}]";

fn site(envs: &str) -> String {
    format!(
        "name: shop\n{DOMAINS}\ningress:\n  rules:\n  - {{match: {{authority: {{exact: api.shop.example}}, path: {{prefix: /}}}}, component: {{name: api}}}}\n  - {{match: {{path: {{prefix: /v1}}}}, component: {{name: api}}}}\n  - {{match: {{path: {{prefix: /}}}}, component: {{name: web}}}}\nservices:\n- name: api\n  github: {{repo: acme/shop, branch: main}}\nstatic_sites:\n- name: web\n  github: {{repo: acme/shop, branch: main}}\n  envs: [{envs}]\n"
    )
}

#[test]
fn an_env_with_productions_address_is_named_with_what_to_write() {
    let mut said = Vec::new();
    for (key, value) in [
        ("SITE_URL", "https://shop.example"),
        ("API_URL", "https://api.shop.example/v1"),
        ("ALLOWED_HOSTS", "shop.example,www.wild.example"),
        ("COOKIE_DOMAIN", ".shop.example"),
        ("CORS", "https://Shop.Example, https://other.example"),
        ("NEXTAUTH_URL", "https://shop-ab1c2.ondigitalocean.app/auth"),
        ("SPACES_BUCKET", "shop-uploads"),
        ("AWS_STORAGE_BUCKET_NAME", "shop-uploads"),
        ("ASSETS", "https://shop-uploads.nyc3.digitaloceanspaces.com"),
    ] {
        let plan = World::new().good(&site(&format!("{{key: {key}, value: '{value}', scope: BUILD_TIME}}")));
        assert_eq!(plan.warnings.len(), 1, "{key}={value}: {:?}", plan.warnings);
        said.push(plan.warnings[0].clone());
    }
    insta::assert_snapshot!(said.join("\n"), @"
    production's address stays in this preview: `SITE_URL` of static site `web` (`shop.example`; write `${APP_URL}`); App Platform fills these in for each app
    production's address stays in this preview: `API_URL` of static site `web` (`api.shop.example`; write `${api.PUBLIC_URL}`); App Platform fills these in for each app
    production's address stays in this preview: `ALLOWED_HOSTS` of static site `web` (`shop.example`; write `${APP_DOMAIN}`); App Platform fills these in for each app
    production's address stays in this preview: `COOKIE_DOMAIN` of static site `web` (`shop.example`; write `${APP_DOMAIN}`); App Platform fills these in for each app
    production's address stays in this preview: `CORS` of static site `web` (`Shop.Example`; write `${APP_URL}`); App Platform fills these in for each app
    production's address stays in this preview: `NEXTAUTH_URL` of static site `web` (`shop-ab1c2.ondigitalocean.app`; write `${APP_URL}/auth`); App Platform fills these in for each app
    production's bucket stays in this preview: `SPACES_BUCKET` of static site `web`; another one can be given under `[preview] env` in do-deploy.toml
    production's bucket stays in this preview: `AWS_STORAGE_BUCKET_NAME` of static site `web`; another one can be given under `[preview] env` in do-deploy.toml
    production's bucket stays in this preview: `ASSETS` of static site `web`; another one can be given under `[preview] env` in do-deploy.toml
    ");
}

#[test]
fn several_are_one_warning() {
    let plan = World::new().good(&site(
        "{key: A, value: 'https://shop.example'}, {key: B, value: api.shop.example}, {key: S3_BUCKET, value: x}",
    ));
    insta::assert_snapshot!(plan.warnings.join("\n"), @"
    production's address stays in this preview: `A` of static site `web` (`shop.example`; write `${APP_URL}`), `B` of static site `web` (`api.shop.example`; write `${APP_DOMAIN}`); App Platform fills these in for each app
    production's bucket stays in this preview: `S3_BUCKET` of static site `web`; another one can be given under `[preview] env` in do-deploy.toml
    ");
}

#[test]
fn what_is_no_address_of_productions_is_not_named() {
    for (key, value) in [
        ("MAIL_FROM", "noreply@shop.example"),
        ("OTHER", "https://myshop.example"),
        ("OTHER", "https://shop.example.org"),
        ("DOCS", "https://docs.shop.example"),
        ("SITE_URL", "${APP_URL}"),
        ("OTHER", "https://other-ab1c2.ondigitalocean.app"),
        ("BUCKET", ""),
        ("BUCKET", "${S3_BUCKET}"),
        ("BUCKET_SIZE", "12"),
        ("TOKEN_BUCKET_RATE", "5"),
    ] {
        let plan = World::new().good(&site(&format!("{{key: {key}, value: '{value}'}}")));
        let named = plan
            .warnings
            .iter()
            .any(|it| it.contains("production's address") || it.contains("bucket"));
        assert!(!named, "{key}={value}: {:?}", plan.warnings);
    }
    let given =
        World::with("env = { A = 'https://shop.example' }").good(&site("{key: A, value: 'https://shop.example'}"));
    assert_eq!(given.warnings, Vec::<String>::new(), "somebody decided that");
}

#[test]
fn a_preview_spec_of_its_own_is_looked_at_with_what_production_has() {
    let mut world = World::with("spec = '.do/preview.yaml'");
    world.production = Some(site("{key: S3_BUCKET, value: shop-uploads}"));
    for (env, is_named) in [
        ("{key: SITE, value: 'https://shop.example'}", true),
        ("{key: BUCKET, value: shop-uploads}", true),
        ("{key: BUCKET, value: shop-previews}", false),
        ("{key: SITE, value: 'https://previews.example'}", false),
    ] {
        let plan = world.good(&format!(
            "name: shop\nservices:\n- name: web\n  github: {{repo: acme/shop, branch: main}}\n  envs: [{env}]\n"
        ));
        let named = plan.warnings.iter().any(|it| it.contains("of service `web`"));
        assert_eq!(named, is_named, "{env}: {:?}", plan.warnings);
    }
}
