//! A push to a branch that several environments are deployed from.

use super::super::decide;
use super::TOKEN;
use super::push;
use crate::config::Config;
use crate::flows::auto::event::Event;
use crate::flows::flags::Flags;

#[test]
fn a_branch_of_several_environments_is_deployed_to_the_one_that_is_named() {
    let say = |config: &str, branch: &str, named: Option<&str>| {
        let config = Config::parse(config, "do-deploy.toml").expect("a valid config");
        let event = Event::new("push", push(&format!("refs/heads/{branch}")), true, TOKEN).expect("a payload");
        let flags = Flags {
            environment: named.map(|name| name.parse().expect("a name")),
            ..Flags::default()
        };
        match decide(&event, Some(&config), &flags) {
            Ok(chosen) => chosen.expect("the configuration is known").decision.to_string(),
            Err(failure) => failure.to_string(),
        }
    };
    let named = "[production]\nbranch = \"release\"\n[environments.a]\nbranch = \"develop\"\n[environments.b]\nbranch = \"develop\"\n";
    let main = "[environments.demo]\nbranch = \"main\"\n";
    insta::assert_snapshot!(say(named, "develop", None), @"do-deploy.toml:6:1: `a`, `b` are all deployed from `develop`: a run deploys one environment, and this one does not say which");
    insta::assert_snapshot!(say(main, "main", None), @"do-deploy.toml:2:1: `production`, `demo` are all deployed from `main`: a run deploys one environment, and this one does not say which");
    assert_eq!(say(named, "develop", Some("b")), "deploy b");
    assert_eq!(say(named, "release", None), "deploy production");
    assert_eq!(say(main, "main", Some("production")), "deploy production");
    assert_eq!(say(main, "other", Some("demo")), "nothing");
    insta::assert_snapshot!(say(named, "release", Some("a")), @"`a` is not deployed from `release`: this run is for the environment that its input names");
    assert!(say(main, "main", Some("pr-7")).starts_with("`auto` takes no `--environment` or `--pr`"));
}
