//! Mistakes in the vendors' own documents, each with its evidence; the only place where the contract gives way.

use super::exchange::Exchange;

/// One mistake: which exchanges it concerns and which problem it causes there.
struct Mistake {
    api: &'static str,
    /// `*`: any.
    method: &'static str,
    /// A part of the path.
    path: &'static str,
    /// A part of the problem's text.
    problem: &'static str,
    /// How we know that the document is wrong and not the program.
    #[expect(dead_code, reason = "read by people")]
    evidence: &'static str,
}

const MISTAKES: &[Mistake] = &[Mistake {
    api: "github",
    method: "*",
    path: "/deployments/",
    problem: "\"\" is not a \"uri\"",
    evidence: "`deployment-status` gives `environment_url`, `log_url` and `target_url` the format `uri` and, in the \
                   same breath, the default \"\", which is no URI: a status that was made without them has it",
}];

pub(super) fn is_known_mistake(exchange: &Exchange, problem: &str) -> bool {
    MISTAKES.iter().any(|mistake| {
        mistake.api == exchange.api
            && ["*", exchange.method.as_str()].contains(&mistake.method)
            && exchange.path.contains(mistake.path)
            && problem.contains(mistake.problem)
    })
}
