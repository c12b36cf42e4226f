//! Bad input: one clear message, the right exit code, and nothing created.

use serde_json::json;

use crate::harness::{Api, Call, Change, Invocation, Tester, fault, run, run_with, spec};

/// One case: what is committed first, how the program is called, how it has to end.
struct Case<'a> {
    first: Change,
    code: i32,
    /// What has to be said: what, where, what to do.
    says: &'a [&'a str],
}

impl Case<'_> {
    /// Runs `call`, which has to touch nothing and to say everything once.
    async fn check(self, call: impl AsyncFnOnce(&Tester) -> Invocation<'_>) {
        run_with(self.first, async |t: &mut Tester| {
            let ended = call(t).await.await;
            ended.fails_with(self.code).touches_nothing();
            for part in self.says {
                ended.says(part);
            }
            ended.does_not_say("panicked");
            assert_eq!(t.app_names().await, Vec::<String>::new());
        })
        .await;
    }
}

fn whole_app() -> Change {
    Change::whole_app("first")
}

#[tokio::test]
async fn no_spec() {
    let case = Case {
        first: Change::version("first"),
        code: 2,
        says: &[".do/app.yaml"],
    };
    case.check(async |t| t.deploy()).await;
}

#[tokio::test]
async fn several_manifests_are_shown_with_the_lines_that_make_an_app_of_each() {
    let first = Change::version("first")
        .file("api/app.yaml", &spec("name: shop\n", "name: shop-api\n"))
        .file("web/app.yaml", &spec("name: shop\n", "name: shop-web\n"));
    run_with(first, async |t: &mut Tester| {
        let refused = t.deploy().locally().await;
        insta::assert_snapshot!(t.redact(&refused.fails_with(2).touches_nothing().log()), @r#"
        error: more than one app spec was found: `api/app.yaml`, `web/app.yaml`
        - `[apps.api]`, then `spec = "api/app.yaml"` and `paths = ["api/**"]`
        - `[apps.web]`, then `spec = "web/app.yaml"` and `paths = ["web/**"]`
        hint: write these tables into `do-deploy.toml` to make an app of each; or name one with `spec = "FILE"` there or with `--spec FILE`
        "#);
        t.open_pr(1).await;
        let refused = t.preview(1).await;
        insta::assert_snapshot!(t.redact(refused.fails_with(2).comment(1)), @r#"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ❌ Failed: preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | pr-1 | ❌ Failed | [`[first]`](https://github.com/org/shop/commit/[commit first]) |

        Updated [time] UTC · [Run [run]]([link to the run])

        **Cause:** more than one app spec was found: `api/app.yaml`, `web/app.yaml`

        - `[apps.api]`, then `spec = "api/app.yaml"` and `paths = ["api/**"]`
        - `[apps.web]`, then `spec = "web/app.yaml"` and `paths = ["web/**"]`

        **Next:** write these tables into `do-deploy.toml` to make an app of each; or name one with `spec = "FILE"` there or with `--spec FILE`
        "#);
    })
    .await;
}

#[tokio::test]
async fn a_yaml_error_is_shown_with_its_place() {
    let first = whole_app().spec("name: shop\nservices:\n  - name: web\n   run_command: x\n");
    let case = Case {
        first,
        code: 2,
        says: &[".do/app.yaml:4:"],
    };
    case.check(async |t| t.deploy().locally()).await;
}

#[tokio::test]
async fn a_value_of_another_kind_is_shown_with_its_place() {
    let case = Case {
        first: whole_app().spec(&spec("instance_count: 1", "instance_count: two")),
        code: 2,
        says: &[".do/app.yaml:10:5: `instance_count` of `web` is not a whole number"],
    };
    case.check(async |t| t.deploy().locally()).await;
}

#[tokio::test]
async fn a_spec_outside_of_the_repository_is_not_read() {
    for path in ["/etc/hostname", "../../app.yaml"] {
        let case = Case {
            first: whole_app().config(&format!("spec = \"{path}\"\n")),
            code: 2,
            says: &["leads out of the repository", path],
        };
        case.check(async |t| {
            t.open_pr(1).await;
            t.preview(1).locally()
        })
        .await;
    }
}

#[tokio::test]
async fn an_unknown_key_is_shown_with_its_place_and_the_nearest_known_one() {
    let first = whole_app().config("[preview]\nlimits = 3\n");
    let case = Case {
        first,
        code: 2,
        says: &["do-deploy.toml:2:1", "limits", "limit"],
    };
    case.check(async |t| t.deploy().locally()).await;
}

#[tokio::test]
async fn a_key_that_is_not_built_yet_is_refused_not_ignored() {
    let first = whole_app().config("[preview]\ncolour = \"red\"\n");
    let case = Case {
        first,
        code: 2,
        says: &["colour"],
    };
    case.check(async |t| t.deploy()).await;
}

#[tokio::test]
async fn a_name_that_starts_with_a_digit() {
    let case = Case {
        first: whole_app().spec(&spec("name: shop\n", "name: 3shop\n")),
        code: 2,
        says: &["3shop", ".do/app.yaml:1:"],
    };
    case.check(async |t| t.deploy().locally()).await;
}

#[tokio::test]
async fn a_name_that_is_too_long() {
    let long = "a".repeat(33);
    let case = Case {
        first: whole_app().spec(&spec("name: shop\n", &format!("name: {long}\n"))),
        code: 2,
        says: &["32"],
    };
    case.check(async |t| t.deploy()).await;
}

#[tokio::test]
async fn no_digitalocean_token() {
    let case = Case {
        first: whole_app(),
        code: 2,
        says: &["DIGITALOCEAN_ACCESS_TOKEN"],
    };
    case.check(async |t| t.deploy().without_env("DIGITALOCEAN_ACCESS_TOKEN"))
        .await;
}

#[tokio::test]
async fn an_empty_token_counts_as_missing() {
    let case = Case {
        first: whole_app(),
        code: 2,
        says: &["DIGITALOCEAN_ACCESS_TOKEN"],
    };
    case.check(async |t| t.deploy().env("DIGITALOCEAN_ACCESS_TOKEN", ""))
        .await;
}

#[tokio::test]
async fn a_wrong_digitalocean_token() {
    let case = Case {
        first: whole_app(),
        code: 2,
        says: &["DigitalOcean token", "401"],
    };
    case.check(async |t| {
        let revoked = t.secret("REVOKED_TOKEN");
        t.account(&json!({ "revoked": [revoked] })).await;
        t.deploy().env("DIGITALOCEAN_ACCESS_TOKEN", &revoked)
    })
    .await;
}

#[tokio::test]
async fn a_digitalocean_token_without_rights() {
    run(async |t: &mut Tester| {
        let reader = t.secret("READING_TOKEN");
        t.account(&json!({ "scopes": { &reader: ["app:read", "account:read"] } }))
            .await;
        t.deploy()
            .env("DIGITALOCEAN_ACCESS_TOKEN", &reader)
            .await
            .fails_with(2)
            .says("403");
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_github_token_that_may_only_read_is_named_with_the_permissions_to_give() {
    run(async |t: &mut Tester| {
        let reader = t.secret("READING_TOKEN");
        t.account(&json!({ "github_read_only": [reader] })).await;
        t.open_pr(1).await;
        let preview = t.preview(1).env("GITHUB_TOKEN", &reader).await;
        preview
            .succeeds()
            .says("pull-requests: write")
            .says("deployments: write");
        assert!(
            preview.summary().contains(&t.url_of("shop-pr-1").await),
            "the summary says what the comment would"
        );
    })
    .await;
}

#[tokio::test]
async fn no_github_token() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1)
            .without_env("GITHUB_TOKEN")
            .await
            .fails_with(2)
            .touches_nothing()
            .says("GITHUB_TOKEN");
    })
    .await;
}

#[tokio::test]
async fn an_unknown_repository() {
    let case = Case {
        first: whole_app(),
        code: 2,
        says: &["org/nowhere"],
    };
    case.check(async |t| t.deploy().env("GITHUB_REPOSITORY", "org/nowhere"))
        .await;
}

#[tokio::test]
async fn no_repository_at_all() {
    let case = Case {
        first: whole_app(),
        code: 2,
        says: &["GITHUB_REPOSITORY", "--repo"],
    };
    case.check(async |t| t.deploy().without_env("GITHUB_REPOSITORY")).await;
}

#[tokio::test]
async fn an_unknown_pull_request() {
    let case = Case {
        first: whole_app(),
        code: 2,
        says: &["99"],
    };
    case.check(async |t| t.command(["preview", "--pr", "99"])).await;
}

#[tokio::test]
async fn a_pull_request_closed_already_is_skipped() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.close_pr(1).await;
        assert_eq!(t.preview(1).await.fails_with(0).output("status"), "skipped");
    })
    .await;
}

#[tokio::test]
async fn an_unknown_flag() {
    let case = Case {
        first: whole_app(),
        code: 2,
        says: &["--enviroment"],
    };
    case.check(async |t| t.command(["deploy", "--enviroment", "production"]))
        .await;
}

#[tokio::test]
async fn a_bad_duration() {
    let case = Case {
        first: whole_app(),
        code: 2,
        says: &["--timeout"],
    };
    case.check(async |t| t.command(["deploy", "--timeout", "soon"])).await;
}

#[tokio::test]
async fn the_network_is_down() {
    let case = Case {
        first: whole_app(),
        code: 3,
        says: &["DigitalOcean"],
    };
    // Port 1 of this machine has no listener.
    case.check(async |t| t.deploy().env("DIGITALOCEAN_API_URL", "http://127.0.0.1:1"))
        .await;
}

#[tokio::test]
async fn an_html_page_instead_of_json() {
    run(async |t: &mut Tester| {
        t.fault(fault::web_page_on(Call::ReadAnythingOfApps).always()).await;
        t.deploy().await.fails_with(3).does_not_say("panicked");
        t.no_faults().await;
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_sandbox_on_a_port_in_use_says_so() {
    run(async |t: &mut Tester| {
        let address = t.sandbox.url("SANDBOX_URL").trim_start_matches("http://").to_owned();
        let repository = format!("org/shop={}", t.repository.path.display());
        let refused = t
            .command(["sandbox", "--listen", &address, "--repo", &repository])
            .locally()
            .await;
        refused.fails_with(2).says(&address).does_not_say("panicked");
    })
    .await;
}

#[tokio::test]
async fn a_sandbox_on_a_path_that_is_not_a_repository_says_so() {
    run(async |t: &mut Tester| {
        let refused = t
            .command(["sandbox", "--listen", "127.0.0.1:0", "--repo", "org/shop=/nowhere"])
            .locally()
            .await;
        refused.fails_with(2).says("/nowhere").does_not_say("panicked");
    })
    .await;
}

#[tokio::test]
async fn a_mistake_is_annotated_where_it_is() {
    let first = whole_app().config("[preview]\nlimits = 3\n");
    run_with(first, async |t: &mut Tester| {
        t.deploy()
            .await
            .fails_with(2)
            .says("::error file=do-deploy.toml,line=2");
        t.deploy().locally().await.fails_with(2).does_not_say("::error");
    })
    .await;
}

#[tokio::test]
async fn a_bad_spec_is_refused_by_the_cloud_as_documented() {
    run(async |t: &mut Tester| {
        let bad = json!({ "spec": { "name": "3shop", "region": "fra" } });
        let refused = t.call_badly(Api::DigitalOcean, "POST", "/v2/apps", Some(&bad)).await;
        assert!([400, 422].contains(&refused.status), "{}", refused.text);
        assert!(refused.json()["request_id"].is_string(), "{}", refused.text);
    })
    .await;
}

#[tokio::test]
async fn a_token_is_sent_without_tls_to_this_machine_alone() {
    holds!("a vendor", ["use a token"]);
    run_with(whole_app(), async |t: &mut Tester| {
        for (variable, url) in [
            ("DIGITALOCEAN_API_URL", "http://api.digitalocean.example"),
            ("DIGITALOCEAN_API_URL", "http://192.0.2.1:8080"),
            ("GITHUB_API_URL", "http://github.example/api/v3"),
            ("GITHUB_API_URL", "http://localhost.example"),
        ] {
            let ended = t.deploy().env(variable, url).await;
            ended.fails_with(2).touches_nothing();
            ended.says(&format!("`{variable}` would send the token unencrypted"));
            ended.says("begin it with `https://`");
        }
    })
    .await;
}

#[tokio::test]
async fn a_base_url_with_a_password_in_it_is_refused_without_repeating_it() {
    run_with(whole_app(), async |t: &mut Tester| {
        for variable in ["DIGITALOCEAN_API_URL", "GITHUB_API_URL"] {
            let ended = t.deploy().env(variable, "https://me:hunter2@api.example").await;
            ended.fails_with(2).touches_nothing().does_not_say("hunter2");
            ended.says(&format!("`{variable}` has a user or a password in it"));
        }
    })
    .await;
}
