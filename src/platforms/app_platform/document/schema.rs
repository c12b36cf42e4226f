//! The form of every field of an app spec: what it holds, within which limits, and what it may say.
//!
//! From DigitalOcean's OpenAPI document, the vendor's Go client, and
//! <https://docs.digitalocean.com/products/app-platform/reference/app-spec/>.

/// What a field holds.
#[derive(Debug)]
pub(crate) enum Form {
    Text,
    Switch,
    /// A whole number within these limits.
    Whole(u64, u64),
    /// One of these words, letter for letter.
    Word(&'static [&'static str]),
    /// Whatever is below it is not looked at.
    Any,
    /// A mapping with these fields.
    One(Table),
    /// A list of mappings with these fields.
    Many(Table),
    /// The platform no longer uses it, and what to write instead.
    Retired(&'static str),
}

pub(crate) type Field = (&'static str, Form);
/// Fields in several groups, some of which other tables have as well.
pub(crate) type Table = &'static [&'static [Field]];

use Form::{Any, Many, One, Retired, Switch, Text, Whole, Word};

const SECONDS: u64 = 3600;
const PORT: Form = Whole(1, 65535);

pub(crate) const APP: Table = &[&[
    ("name", Text),
    // What regions there are, only the platform knows.
    ("region", Text),
    ("features", Any),
    ("disable_edge_cache", Switch),
    ("disable_email_obfuscation", Switch),
    ("enhanced_threat_control_enabled", Switch),
    ("envs", ENVS),
    (
        "services",
        Many(&[COMMON, SOURCES, BUILD, COMMANDS, INSTANCES, WEB, SERVICE]),
    ),
    (
        "static_sites",
        Many(&[COMMON, SOURCES, BUILD, COMMANDS, WEB, STATIC_SITE]),
    ),
    ("workers", Many(&[COMMON, SOURCES, BUILD, COMMANDS, INSTANCES, WORKER])),
    ("jobs", Many(&[COMMON, SOURCES, BUILD, COMMANDS, INSTANCES, JOB])),
    ("functions", Many(&[COMMON, SOURCES, WEB, FUNCTIONS])),
    ("databases", Many(&[DATABASE])),
    (
        "domains",
        Many(&[&[
            ("domain", Text),
            ("type", Word(&["UNSPECIFIED", "DEFAULT", "PRIMARY", "ALIAS"])),
            ("wildcard", Switch),
            ("zone", Text),
            ("certificate", Any),
            ("minimum_tls_version", Word(&["1.2", "1.3"])),
        ]]),
    ),
    ("alerts", ALERTS),
    ("log_destinations", Any),
    ("egress", One(&[&[("type", Word(&["AUTOASSIGN", "DEDICATED_IP"]))]])),
    ("vpc", One(&[&[("id", Text), ("egress_ips", Any)]])),
    (
        "maintenance",
        One(&[&[("enabled", Switch), ("archive", Switch), ("offline_page_url", Text)]]),
    ),
    ("ingress", One(&[INGRESS])),
]];

const ENVS: Form = Many(&[&[
    ("key", Text),
    ("value", Text),
    (
        "scope",
        Word(&["UNSET", "RUN_TIME", "BUILD_TIME", "RUN_AND_BUILD_TIME"]),
    ),
    ("type", Word(&["GENERAL", "SECRET"])),
]]);

const ALERTS: Form = Many(&[&[
    // Which rules there are, is not the same in the vendor's own documents.
    ("rule", Text),
    ("disabled", Switch),
    ("operator", Word(&["UNSPECIFIED_OPERATOR", "GREATER_THAN", "LESS_THAN"])),
    ("value", Any),
    (
        "window",
        Word(&[
            "UNSPECIFIED_WINDOW",
            "FIVE_MINUTES",
            "TEN_MINUTES",
            "THIRTY_MINUTES",
            "ONE_HOUR",
        ]),
    ),
]]);

const COMMON: &[Field] = &[
    ("name", Text),
    ("envs", ENVS),
    ("alerts", ALERTS),
    ("log_destinations", Any),
];

const SOURCES: &[Field] = &[
    ("git", One(&[&[("repo_clone_url", Text), ("branch", Text)]])),
    ("github", HOSTED),
    ("gitlab", HOSTED),
    ("bitbucket", HOSTED),
    (
        "image",
        One(&[&[
            ("registry_type", Word(&["DOCKER_HUB", "DOCR", "GHCR"])),
            ("registry", Text),
            ("repository", Text),
            ("registry_credentials", Text),
            ("tag", Text),
            ("digest", Text),
            ("deploy_on_push", One(&[&[("enabled", Switch)]])),
        ]]),
    ),
    ("source_dir", Text),
];

const HOSTED: Form = One(&[&[("repo", Text), ("branch", Text), ("deploy_on_push", Switch)]]);

const BUILD: &[Field] = &[
    ("dockerfile_path", Text),
    ("build_command", Text),
    ("environment_slug", Text),
];

const COMMANDS: &[Field] = &[("run_command", Text)];

/// Which sizes there are, only the platform knows.
const INSTANCES: &[Field] = &[
    ("instance_size_slug", Text),
    ("instance_count", Whole(1, 250)),
    (
        "autoscaling",
        One(&[&[
            ("min_instance_count", Whole(1, 250)),
            ("max_instance_count", Whole(1, 250)),
            (
                "metrics",
                One(&[&[
                    ("cpu", One(&[&[("percent", Whole(1, 100))]])),
                    ("requests_per_second", Any),
                    ("request_duration", Any),
                ]]),
            ),
        ]]),
    ),
    (
        "termination",
        One(&[&[
            ("drain_seconds", Whole(1, 110)),
            ("grace_period_seconds", Whole(1, 600)),
        ]]),
    ),
];

const WEB: &[Field] = &[
    ("routes", Many(&[&[("path", Text), ("preserve_path_prefix", Switch)]])),
    ("cors", CORS),
];

const CORS: Form = One(&[&[
    (
        "allow_origins",
        Many(&[&[("exact", Text), ("prefix", Text), ("regex", Text)]]),
    ),
    ("allow_methods", Any),
    ("allow_headers", Any),
    ("expose_headers", Any),
    ("max_age", Text),
    ("allow_credentials", Switch),
]]);

const SERVICE: &[Field] = &[
    ("protocol", Word(&["HTTP", "HTTP2"])),
    ("http_port", PORT),
    ("internal_ports", Any),
    ("health_check", One(&[CHECK, &[("success_threshold", Whole(1, 50))]])),
    ("liveness_health_check", LIVENESS),
    (
        "inactivity_sleep",
        One(&[&[("after_seconds", Whole(600, 86400)), ("loading_page", Any)]]),
    ),
];

const LIVENESS: Form = One(&[CHECK, &[("success_threshold", Whole(1, 1))]]);

const CHECK: &[Field] = &[
    ("http_path", Text),
    ("path", Retired("call it `http_path`")),
    ("port", PORT),
    ("initial_delay_seconds", Whole(0, SECONDS)),
    ("period_seconds", Whole(1, 300)),
    ("timeout_seconds", Whole(1, 120)),
    ("failure_threshold", Whole(1, 50)),
];

const STATIC_SITE: &[Field] = &[
    ("index_document", Text),
    ("error_document", Text),
    ("catchall_document", Text),
    ("output_dir", Text),
];

const WORKER: &[Field] = &[("liveness_health_check", LIVENESS)];

const JOB: &[Field] = &[
    ("kind", Word(&JOB_KINDS)),
    ("schedule", One(&[&[("cron", Text), ("time_zone", Text)]])),
    ("timeout", Text),
];

pub(crate) const JOB_KINDS: [&str; 5] = ["UNSPECIFIED", "PRE_DEPLOY", "POST_DEPLOY", "FAILED_DEPLOY", "SCHEDULED"];

const FUNCTIONS: &[Field] = &[];

const DATABASE: &[Field] = &[
    ("name", Text),
    (
        "engine",
        Word(&[
            "UNSET",
            "MYSQL",
            "PG",
            "REDIS",
            "MONGODB",
            "KAFKA",
            "OPENSEARCH",
            "VALKEY",
        ]),
    ),
    ("version", Text),
    ("production", Switch),
    ("cluster_name", Text),
    ("db_name", Text),
    ("db_user", Text),
    (
        "size",
        Retired("leave it out: the cluster has the size that it was made with"),
    ),
    (
        "num_nodes",
        Retired("leave it out: the cluster has the nodes that it was made with"),
    ),
];

const INGRESS: &[Field] = &[
    (
        "rules",
        Many(&[&[
            (
                "match",
                One(&[&[
                    ("path", One(&[&[("prefix", Text), ("exact", Text)]])),
                    ("authority", One(&[&[("exact", Text), ("prefix", Text)]])),
                ]]),
            ),
            (
                "component",
                One(&[&[("name", Text), ("preserve_path_prefix", Switch), ("rewrite", Text)]]),
            ),
            (
                "redirect",
                One(&[&[
                    ("uri", Text),
                    ("authority", Text),
                    ("port", PORT),
                    ("scheme", Text),
                    ("redirect_code", Whole(300, 308)),
                ]]),
            ),
            ("cors", CORS),
        ]]),
    ),
    ("custom_error_page_url", Text),
    ("secure_header", Any),
    ("load_balancer", Any),
    ("load_balancer_size", Any),
];

/// Every field of a table.
pub(crate) fn fields(table: Table) -> impl Iterator<Item = &'static Field> {
    table.iter().flat_map(|group| group.iter())
}

/// The form of a field. `None`: the platform's documents do not know it.
pub(crate) fn form(table: Table, key: &str) -> Option<&'static Form> {
    fields(table).find(|(name, _)| *name == key).map(|(_, form)| form)
}
