//! Which API of the sandbox a request is for, by its path.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Api {
    DigitalOcean,
    GitHub,
    /// The sandbox's own calls, for the person who started it.
    Own,
    /// A page in a browser, for the same person.
    Page,
    /// A log behind a URL that DigitalOcean's API has given out: the URL carries a token of its own.
    Log,
}

impl Api {
    pub(crate) fn of(path: &str) -> Self {
        let segments: Vec<_> = path.split('/').skip(1).collect();
        match segments.as_slice() {
            ["_sandbox", "logs" | "live", ..] => Self::Log,
            ["_sandbox", ..] => Self::Own,
            ["v2", ..] => Self::DigitalOcean,
            ["repos" | "repositories", ..] => Self::GitHub,
            [""] | [_, _, "pull" | "commit", _] | [_, _, "actions", "runs", ..] => Self::Page,
            _ => Self::GitHub,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Api;

    #[test]
    fn a_path_says_which_api_is_meant() {
        for (path, api) in [
            ("/v2/apps", Api::DigitalOcean),
            ("/v1/apps", Api::GitHub),
            ("/repos/org/shop/pulls", Api::GitHub),
            ("/repos/org/pull/1", Api::GitHub),
            ("/repositories/1/actions/runs", Api::GitHub),
            ("/user", Api::GitHub),
            ("/", Api::Page),
            ("/_sandbox/clock", Api::Own),
            ("/_sandbox", Api::Own),
            ("/_sandbox/log/a", Api::Own),
            ("/_sandbox/logs/app/deployment/BUILD", Api::Log),
            ("/_sandbox/live/app/deployment/RUN", Api::Log),
            ("/org/shop/pull/1", Api::Page),
            ("/org/shop/commit/abc", Api::Page),
            ("/org/shop/actions/runs/1/attempts/2", Api::Page),
        ] {
            assert_eq!(Api::of(path), api, "{path}");
        }
    }
}
