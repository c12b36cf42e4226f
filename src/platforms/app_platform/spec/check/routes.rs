//! Which requests reach which component: rules of `ingress`, and the routes that came before them.

use std::collections::HashMap;

use super::super::component::{Kind, components};
use super::super::document::ingress;
use super::findings::Findings;
use crate::config::nearest;
use crate::model::failure::Failure;
use crate::policy::changes::listed;

pub(super) fn check(findings: &mut Findings<'_>) {
    let spec = findings.spec().value();
    let components = components(spec);
    let rules = ingress::rules(spec);
    if !rules.is_empty() {
        for component in components.iter().filter(|it| it.routes().len() > 0) {
            let failure = Failure::input(format!(
                "{} has routes beside `{}`",
                component.titled(),
                ingress::INGRESS
            ))
            .why("the rules of the one take the place of the other")
            .next(format!(
                "write each route as a rule of `{}`, and take them out here",
                ingress::INGRESS
            ));
            findings.warn_of_key("route", &component.at(ingress::ROUTES), failure);
        }
    }
    let mut seen = HashMap::new();
    for (index, rule) in rules.iter().enumerate() {
        let at = ingress::pointer(index);
        let targets = [rule.has_component(), rule.redirects()];
        match targets {
            [false, false] => {
                let failure = Failure::input(format!("the rule for `{}` leads nowhere", rule.address()))
                    .next("add `component: {name: …}` or `redirect: {uri: …}`");
                findings.error("route", &at, failure);
            }
            [true, true] => {
                let failure = Failure::input(format!(
                    "the rule for `{}` has a component and a redirect",
                    rule.address()
                ))
                .why("App Platform takes one of the two")
                .next("take one of them out");
                findings.error("route", &at, failure);
            }
            _ => {}
        }
        if let Some(name) = rule.component() {
            let pointer = ingress::component_pointer(index);
            match components.iter().find(|it| it.name == name) {
                None if name.contains(['$', '{']) => {}
                None => {
                    let names: Vec<&str> = components
                        .iter()
                        .filter(|it| Kind::PUBLIC.contains(&it.kind))
                        .map(|it| it.name)
                        .collect();
                    let failure = Failure::input(format!(
                        "the rule for `{}` leads to `{name}`, which does not exist",
                        rule.address()
                    ));
                    let failure = match nearest(name, &names) {
                        Some(near) => failure.next(format!("did you mean `{near}`?")),
                        None => failure.next(format!("name one of {}", listed(&names))),
                    };
                    findings.error("route", &pointer, failure);
                }
                Some(it) if !Kind::PUBLIC.contains(&it.kind) => {
                    let failure = Failure::input(format!(
                        "the rule for `{}` leads to the {}",
                        rule.address(),
                        it.titled()
                    ))
                    .why(format!("no request from outside reaches a {}", it.kind.noun()))
                    .next("name a service, a static site or functions");
                    findings.error("route", &pointer, failure);
                }
                Some(_) => {}
            }
        }
        if rule.keeps_and_rewrites() {
            let failure = Failure::input(format!(
                "the rule for `{}` keeps its prefix and rewrites it",
                rule.address()
            ))
            .why("App Platform takes one of the two")
            .next("take one of them out");
            findings.error("route", &ingress::component_pointer(index), failure);
        }
        if rule.component().is_some() && seen.insert(rule.address(), index).is_some() {
            let failure = Failure::input(format!("there are two rules for `{}`", rule.address()))
                .why("which of the two counts is not documented")
                .next("take one of them out, or give each a path or a host of its own");
            findings.warn("route", &at, failure);
        }
    }
}
