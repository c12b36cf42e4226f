//! What a preview may hold, field by field.
//!
//! The fields are those of DigitalOcean's OpenAPI document, and what only the reference has:
//! <https://docs.digitalocean.com/products/app-platform/reference/app-spec/>.

/// What becomes of a field in a preview.
#[derive(Debug)]
pub(super) enum Rule {
    /// Stays as the spec has it.
    Allowed,
    /// Set, or judged by its value, by another step of the plan or by the guard.
    Rewritten,
    /// Left out of a preview that is made from production's spec, and why. A spec written by hand may have it, as far
    /// as the guard allows its value.
    LeftOut(&'static str),
    /// In no preview, and why.
    Refused(&'static str),
    /// A mapping, or a list of mappings, with fields of its own.
    Of(Table),
}

pub(super) type Field = (&'static str, Rule);
/// Fields in several groups, some of which other tables have as well.
pub(super) type Table = &'static [&'static [Field]];

use Rule::{Allowed, LeftOut, Of, Refused, Rewritten};

const ALERTS: &str = "a preview is no reason to wake anyone";
const LOGS: &str = "a preview's logs do not belong among production's";

pub(super) const APP: Table = &[&[
    ("name", Rewritten),
    ("region", Allowed),
    ("features", Allowed),
    ("disable_edge_cache", Allowed),
    ("disable_email_obfuscation", Allowed),
    ("enhanced_threat_control_enabled", Allowed),
    ("envs", ENVS),
    ("services", Of(&[SOURCES, BUILD, RUN, INSTANCES, WEB, SERVICE])),
    ("static_sites", Of(&[SOURCES, BUILD, RUN, WEB, STATIC_SITE])),
    ("workers", Of(&[SOURCES, BUILD, RUN, INSTANCES, WORKER])),
    ("jobs", Of(&[SOURCES, BUILD, RUN, INSTANCES, JOB])),
    ("functions", Refused("nothing bounds what functions may cost")),
    ("databases", Of(&[DATABASE])),
    ("domains", LeftOut("a domain leads to production")),
    ("alerts", LeftOut(ALERTS)),
    ("log_destinations", Refused(LOGS)),
    (
        "egress",
        LeftOut("a dedicated address costs extra and is known to production's partners"),
    ),
    ("vpc", LeftOut("previews stay out of production's network")),
    ("maintenance", LeftOut("a preview is there to be looked at")),
    ("ingress", Of(&[INGRESS])),
]];

const ENVS: Rule = Of(&[&[
    ("key", Allowed),
    ("scope", Allowed),
    ("type", Rewritten),
    ("value", Rewritten),
]]);

/// Where a component comes from. `allowed.rs` judges which repositories and images.
const SOURCES: &[Field] = &[
    ("name", Allowed),
    ("git", Of(&[&[("repo_clone_url", Rewritten), ("branch", Rewritten)]])),
    ("github", HOSTED),
    ("gitlab", HOSTED),
    ("bitbucket", HOSTED),
    (
        "image",
        Of(&[&[
            ("registry_type", Rewritten),
            ("registry", Rewritten),
            ("repository", Rewritten),
            ("registry_credentials", Rewritten),
            ("tag", Allowed),
            ("digest", Allowed),
            ("deploy_on_push", Rewritten),
        ]]),
    ),
];

const HOSTED: Rule = Of(&[&[
    ("repo", Rewritten),
    ("branch", Rewritten),
    ("deploy_on_push", Rewritten),
]]);

const BUILD: &[Field] = &[
    ("source_dir", Allowed),
    ("dockerfile_path", Allowed),
    ("build_command", Allowed),
    ("environment_slug", Allowed),
];

const RUN: &[Field] = &[
    ("run_command", Rewritten),
    ("envs", ENVS),
    ("alerts", LeftOut(ALERTS)),
    ("log_destinations", Refused(LOGS)),
];

/// `allowed.rs` judges how large and how many.
const INSTANCES: &[Field] = &[
    ("instance_size_slug", Rewritten),
    ("instance_count", Rewritten),
    ("autoscaling", Rewritten),
    (
        "termination",
        Of(&[&[("drain_seconds", Allowed), ("grace_period_seconds", Allowed)]]),
    ),
];

const WEB: &[Field] = &[
    ("routes", Of(&[&[("path", Allowed), ("preserve_path_prefix", Allowed)]])),
    ("cors", CORS),
];

const CORS: Rule = Of(&[&[
    (
        "allow_origins",
        Of(&[&[("exact", Allowed), ("prefix", Allowed), ("regex", Allowed)]]),
    ),
    ("allow_methods", Allowed),
    ("allow_headers", Allowed),
    ("expose_headers", Allowed),
    ("max_age", Allowed),
    ("allow_credentials", Allowed),
]]);

const SERVICE: &[Field] = &[
    ("protocol", Allowed),
    ("http_port", Allowed),
    ("internal_ports", Allowed),
    ("health_check", HEALTH),
    ("liveness_health_check", HEALTH),
    ("inactivity_sleep", Of(&[&[("after_seconds", Rewritten)]])),
];

const HEALTH: Rule = Of(&[&[
    ("http_path", Allowed),
    ("path", Allowed),
    ("port", Allowed),
    ("failure_threshold", Allowed),
    ("success_threshold", Allowed),
    ("initial_delay_seconds", Allowed),
    ("period_seconds", Allowed),
    ("timeout_seconds", Allowed),
]]);

const STATIC_SITE: &[Field] = &[
    ("index_document", Allowed),
    ("error_document", Allowed),
    ("catchall_document", Allowed),
    ("output_dir", Allowed),
];

const WORKER: &[Field] = &[("liveness_health_check", HEALTH)];

const JOB: &[Field] = &[
    ("kind", Allowed),
    ("schedule", Of(&[&[("cron", Allowed), ("time_zone", Allowed)]])),
    ("timeout", Allowed),
];

const DATABASE: &[Field] = &[
    ("name", Allowed),
    ("engine", Allowed),
    ("version", Allowed),
    ("db_name", Allowed),
    ("db_user", Allowed),
    ("production", Rewritten),
    ("cluster_name", Rewritten),
    // The platform ignores both of a development database.
    ("size", Allowed),
    ("num_nodes", Allowed),
];

const INGRESS: &[Field] = &[
    (
        "rules",
        Of(&[&[
            (
                "match",
                Of(&[&[
                    ("path", Of(&[&[("prefix", Allowed), ("exact", Allowed)]])),
                    ("authority", Of(&[&[("exact", Rewritten)]])),
                ]]),
            ),
            (
                "component",
                Of(&[&[
                    ("name", Rewritten),
                    ("preserve_path_prefix", Allowed),
                    ("rewrite", Allowed),
                ]]),
            ),
            (
                "redirect",
                Of(&[&[
                    ("uri", Allowed),
                    ("authority", Rewritten),
                    ("port", Allowed),
                    ("scheme", Allowed),
                    ("redirect_code", Allowed),
                ]]),
            ),
            ("cors", CORS),
        ]]),
    ),
    ("custom_error_page_url", Allowed),
    ("secure_header", LeftOut("it is production's agreement with its proxy")),
    (
        "load_balancer",
        Refused("a preview shares the platform's load balancer"),
    ),
    (
        "load_balancer_size",
        Refused("a preview shares the platform's load balancer"),
    ),
];

/// The rule of a field. `None`: the platform's documents do not know it.
pub(super) fn rule(table: Table, key: &str) -> Option<&'static Rule> {
    let mut fields = table.iter().flat_map(|group| group.iter());
    fields.find(|(name, _)| *name == key).map(|(_, rule)| rule)
}

#[cfg(test)]
mod tests;
