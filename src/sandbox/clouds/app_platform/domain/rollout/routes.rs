//! The edge's rules for one deployment, from its ingress.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Builds;
use super::build::non_empty;
use crate::clouds::app_platform::document::component::{Component, Kind};
use crate::clouds::app_platform::document::spec::{RuleComponent, RuleRedirect, Spec};
use crate::edge::{Redirect, Route, Target};
use crate::processes::service::Service;
use crate::processes::traffic::Origin;

/// Rules whose component is not there are left out.
pub(super) fn of(spec: &Spec, builds: &Builds, services: &BTreeMap<String, Arc<Service>>) -> Vec<Route> {
    if spec.is_offline() {
        return vec![Route {
            host: None,
            prefix: "/".to_owned(),
            exact: false,
            target: Target::Offline,
        }];
    }
    let mut routes = Vec::new();
    for rule in &spec.ingress.rules {
        let target = match (&rule.component, &rule.redirect) {
            (Some(target), _) => component_target(spec, target, builds, services),
            (None, Some(redirect)) => Some(redirect_target(redirect)),
            (None, None) => None,
        };
        let host = rule.matches.authority.as_ref();
        let exact = non_empty(&rule.matches.path.exact);
        let prefix = non_empty(&rule.matches.path.prefix).unwrap_or_else(|| "/".to_owned());
        routes.extend(target.map(|target| Route {
            host: host.and_then(|host| non_empty(&host.exact)),
            exact: exact.is_some(),
            prefix: exact.unwrap_or(prefix),
            target,
        }));
    }
    routes
}

fn component_target(
    spec: &Spec,
    target: &RuleComponent,
    builds: &Builds,
    services: &BTreeMap<String, Arc<Service>>,
) -> Option<Target> {
    let (kind, component): (Kind, &Component) =
        spec.components().find(|(_, component)| component.name == target.name)?;
    match kind {
        Kind::Service => {
            let sleep = component.inactivity_sleep.as_ref();
            Some(Target::Service {
                service: Arc::clone(services.get(&component.name)?),
                preserve_path_prefix: target.preserve_path_prefix,
                rewrite: non_empty(&target.rewrite),
                origin: Origin::Public,
                loading_page: sleep.is_some_and(|sleep| sleep.loading_page.enabled),
            })
        }
        Kind::StaticSite => {
            let error = non_empty(&component.error_document);
            let catchall = non_empty(&component.catchall_document);
            Some(Target::Static {
                directory: builds.get(&component.name)?.directory.clone(),
                index_document: non_empty(&component.index_document).unwrap_or_else(|| "index.html".to_owned()),
                error_document: error.or_else(|| catchall.is_none().then(|| "404.html".to_owned())),
                catchall_document: catchall,
            })
        }
        _ => None,
    }
}

fn redirect_target(redirect: &RuleRedirect) -> Target {
    Target::Redirect {
        location: Redirect {
            uri: non_empty(&redirect.uri),
            authority: non_empty(&redirect.authority),
            port: redirect.port.and_then(|port| u16::try_from(port).ok()),
            scheme: non_empty(&redirect.scheme),
            code: redirect
                .redirect_code
                .and_then(|code| u16::try_from(code).ok())
                .unwrap_or(302),
        },
    }
}
