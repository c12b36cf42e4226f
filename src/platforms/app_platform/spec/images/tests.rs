//! Which images are taken, which are refused, and what the spec says afterwards.

use serde_json::{Value, json};

use super::super::parse::parse;
use super::{Images, apply, only_images, same_repositories, taken_back};
use crate::policy::changes::Changes;

const SPEC: &str = "\
name: shop
services:
- name: web
  image: {registry_type: DOCR, repository: shop, tag: latest, deploy_on_push: {enabled: true}}
- name: proxy
  image: {registry_type: DOCKER_HUB, registry: library, repository: nginx, tag: '1.27'}
static_sites:
- name: docs
  github: {repo: acme/docs, branch: main}
";

const JOB: &str = "\
jobs:
- name: migrate
  kind: PRE_DEPLOY
  image: {registry_type: DOCR, repository: shop, tag: latest}
";

fn digest(digit: char) -> String {
    format!("sha256:{}", digit.to_string().repeat(64))
}

/// The forms that people write, with `1` for sixty-four of them.
fn images(given: &str) -> Result<Images, String> {
    given.replace("@1", &digest('1')).replace("@2", &digest('2')).parse()
}

/// The spec with the images in it, and the warnings; or what is wrong with them.
fn applied(spec: &str, given: &str) -> Result<(Value, String, Vec<String>), String> {
    let (mut changes, mut warnings) = (Changes::default(), Vec::new());
    let spec = parse(spec, "app.yaml").expect("a valid spec");
    let images = images(given).expect("images");
    let spec = apply(&images, &spec, &mut changes, &mut warnings)
        .map_err(|failure| format!("{failure}\n{}", failure.next.clone().unwrap_or_default()))?;
    let changes: Vec<String> = changes
        .into_vec()
        .into_iter()
        .map(|it| format!("{}: {}", it.what, it.why))
        .collect();
    Ok((spec.value().clone(), changes.join("\n"), warnings))
}

#[test]
fn several_stand_on_lines_between_commas_and_in_repeated_flags() {
    let two = images("web=@1\n  proxy=@2\n").unwrap();
    assert_eq!(images("web=@1,proxy=@2").unwrap(), two);
    assert_eq!(images(" web=@1 , proxy=@2 ").unwrap(), two);
    let flags = [images("proxy=@2").unwrap(), images("web=@1").unwrap()];
    assert_eq!(Images::merge(&flags).unwrap(), two);
    assert_eq!(Images::merge(&[]).unwrap(), Images::default());
}

#[test]
fn what_is_not_a_component_with_a_digest_is_refused_with_what_to_give() {
    for (given, says) in [
        ("", "an image looks like"),
        ("web", "`web` has no digest"),
        ("@1", "has no component"),
        ("=@1", "has no component"),
        ("web=", "the digest of `web` is empty"),
        (
            "web=v1.2.3",
            "`v1.2.3` is not a digest, and a tag may mean another image tomorrow",
        ),
        ("web=sha256:abc", "the digest of `web` is not whole"),
        ("web=ghcr.io/acme/shop@@1", "give `web=sha256:1111"),
        ("web=@1 web=@1", "`web` is given two images"),
    ] {
        let refused = images(given).expect_err(given);
        assert!(refused.contains(says), "{given}: {refused}");
    }
    let upper = format!("web=sha256:{}", "A".repeat(64));
    assert!(images(&upper).is_err(), "registries write digests in lower case");
    let twice = Images::merge(&[images("web=@1").unwrap(), images("web=@2").unwrap()]).expect_err("twice");
    assert_eq!(twice.what, "`web` is given two images");
}

#[test]
fn a_digest_takes_the_place_of_the_tag_and_of_what_follows_a_tag() {
    let (spec, changes, warnings) = applied(SPEC, "web=@1").unwrap();
    assert_eq!(
        spec["services"][0]["image"],
        json!({"registry_type": "DOCR", "repository": "shop", "digest": digest('1')})
    );
    assert_eq!(spec["services"][1]["image"]["tag"], "1.27", "others stay");
    insta::assert_snapshot!(changes, @"`web` runs the image `shop@sha256:1111111111111111111111111111111111111111111111111111111111111111`: `--images` names it");
    assert_eq!(warnings, Vec::<String>::new());
}

#[test]
fn names_that_have_no_image_are_refused_with_those_that_have() {
    insta::assert_snapshot!(applied(SPEC, "wbe=@1").unwrap_err(), @"
    `--images` names `wbe`, which the app spec does not have
    give a digest to `web` and `proxy` only
    ");
    insta::assert_snapshot!(applied(SPEC, "docs=@1").unwrap_err(), @"
    app.yaml:8:3: `--images` names `docs`, which is not deployed from an image: it is built from `acme/docs`
    give a digest to `web` and `proxy` only
    ");
    let built = "name: shop\nservices:\n- name: web\n  github: {repo: acme/shop, branch: main}\n";
    insta::assert_snapshot!(applied(built, "web=@1").unwrap_err(), @"
    app.yaml:3:3: `--images` names `web`, which is not deployed from an image: it is built from `acme/shop`
    leave `--images` out: the platform builds every component of this app from Git
    ");
}

#[test]
fn a_job_never_runs_another_version_than_its_service() {
    let spec = format!("{SPEC}{JOB}");
    let refused = applied(&spec, "web=@1").unwrap_err().replace(&digest('1'), "sha256:1…");
    insta::assert_snapshot!(refused, @"
    app.yaml:13:3: the job `migrate` runs the same repository's image as `web`: without a digest it would run another version than `web`
    give it a digest as well: `--images migrate=sha256:1…`
    ");
    let (both, _, _) = applied(&spec, "web=@1 migrate=@1").unwrap();
    assert_eq!(both["jobs"][0]["image"]["digest"], digest('1'));
    assert!(applied(&spec, "proxy=@1").is_ok(), "another repository's image");
}

#[test]
fn a_worker_that_stays_behind_is_named() {
    let worker = "workers:\n- name: mail\n  image: {registry_type: DOCR, repository: shop, tag: latest}\n";
    let (_, _, warnings) = applied(&format!("{SPEC}{worker}"), "web=@1").unwrap();
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].contains("the worker `mail`"), "{warnings:?}");
}

#[test]
fn going_back_from_a_digest_to_a_tag_is_said() {
    let by = |image: Value| json!({"services": [{"name": "web", "image": image}]});
    let pinned = by(json!({"repository": "shop", "digest": digest('1')}));
    let tagged = by(json!({"repository": "shop", "tag": "latest"}));
    let said = taken_back(Some(&pinned), &tagged);
    assert!(said[0].contains("goes to `shop:latest`"), "{said:?}");
    for (live, planned) in [
        (Some(&tagged), &pinned),
        (Some(&pinned), &pinned),
        (Some(&tagged), &tagged),
        (None, &tagged),
    ] {
        assert_eq!(taken_back(live, planned), Vec::<String>::new());
    }
}

#[test]
fn apps_of_images_alone_are_told_apart() {
    let image = json!({"services": [{"name": "web", "image": {"repository": "Shop"}}]});
    let mixed = json!({"services": [{"name": "web", "image": {"repository": "shop"}}],
        "static_sites": [{"name": "docs", "github": {"repo": "acme/docs"}}]});
    let other = json!({"services": [{"name": "web", "image": {"repository": "blog"}}]});
    assert!(only_images(&image) && !only_images(&mixed) && !only_images(&json!({})));
    assert!(same_repositories(
        &image,
        &json!({"workers": [{"name": "a", "image": {"repository": "shop"}}]})
    ));
    assert!(!same_repositories(&image, &other) && !same_repositories(&mixed, &mixed));
}

#[test]
fn images_are_not_built() {
    assert!(images("web=@1").unwrap().without_forced_build(true).is_err());
    assert!(images("web=@1").unwrap().without_forced_build(false).is_ok());
    assert!(Images::default().without_forced_build(true).is_ok());
}
