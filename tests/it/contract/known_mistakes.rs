//! Mistakes in the vendors' own documents, each with its evidence; the only place where the contract gives way.

use super::exchange::Exchange;

/// One mistake: which exchanges it concerns and which problem it causes there.
struct Mistake {
    api: &'static str,
    /// Empty: any.
    method: &'static str,
    /// A part of the path.
    path: &'static str,
    /// A part of the problem's text.
    problem: &'static str,
    /// How we know that the document is wrong and not the program.
    #[expect(dead_code, reason = "read by people")]
    evidence: &'static str,
}

const MISTAKES: &[Mistake] = &[
    Mistake {
        api: "github",
        method: "",
        path: "/statuses",
        problem: "\"\" is not a \"uri\"",
        evidence: "the schema `deployment-status` gives the empty string as the default of `environment_url`, \
                   `log_url` and `target_url`, whose format it calls `uri`",
    },
    Mistake {
        api: "digitalocean",
        method: "GET",
        path: "/logs",
        problem: "unknown query parameter `tail_lines`",
        evidence: "the document describes `tail_lines` for the logs of job invocations only, while godo's `GetLogs` \
                   sends it to every log endpoint, and doctl's `--tail` depends on it",
    },
    Mistake {
        api: "digitalocean",
        method: "",
        path: "/v2/apps",
        problem: "/component/preserve_path_prefix`",
        evidence: "the document types `preserve_path_prefix` of an ingress rule as text, while godo has a boolean and \
                   the reference of the app spec writes one",
    },
];

pub(super) fn is_known_mistake(exchange: &Exchange, problem: &str) -> bool {
    MISTAKES.iter().any(|mistake| {
        mistake.api == exchange.api
            && (mistake.method.is_empty() || mistake.method == exchange.method)
            && exchange.path.contains(mistake.path)
            && problem.contains(mistake.problem)
    })
}
