//! Who the sandbox answers: requests with its tokens and to a loopback name, and no others on the same machine.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::harness::{Api, GITHUB_TOKEN, Reply, Tester, run};

/// One call of each kind; the first two would have the sandbox run commands.
const APIS: [(&str, &str); 5] = [
    ("POST", "/v2/apps"),
    ("GET", "/v2/apps"),
    ("GET", "/repos/org/shop"),
    ("PATCH", "/repos/org/shop"),
    ("GET", "/user"),
];

const OWN: [(&str, &str); 9] = [
    ("POST", "/_sandbox/clock"),
    ("PUT", "/_sandbox/faults"),
    ("PUT", "/_sandbox/account"),
    ("GET", "/_sandbox/account"),
    ("GET", "/_sandbox/requests"),
    ("GET", "/_sandbox/audit"),
    ("GET", "/_sandbox/changes"),
    ("GET", "/_sandbox/event?name=push"),
    ("GET", "/_sandbox/unknown"),
];

const PAGES: [&str; 3] = [
    "/org/shop/pull/1",
    "/org/shop/commit/main",
    "/org/shop/actions/runs/1/attempts/1",
];

/// As someone on the same machine sends it, who knows the address.
async fn sent(t: &Tester, (method, path): (&str, &str), headers: &[(&str, &str)]) -> Reply {
    let url = format!("{}{path}", t.sandbox.url("SANDBOX_URL"));
    let spec = json!({ "spec": { "name": "strangers", "region": "nyc" } });
    let body = (method != "GET").then(|| if path == "/v2/apps" { spec } else { json!({}) });
    t.send_raw(method, &url, headers, body.as_ref()).await
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

#[tokio::test]
async fn a_strangers_token_is_taken_by_no_api() {
    run(async |t: &mut Tester| {
        let env = |name: &str| t.sandbox.env[name].clone();
        let near = {
            let mut near = env("DIGITALOCEAN_ACCESS_TOKEN");
            near.pop();
            near
        };
        let strangers = ["anything", "user:eve", "user:org", "sandbox", &near, t.sandbox.token()];
        for (call, token) in APIS
            .iter()
            .flat_map(|call| strangers.iter().map(move |token| (*call, *token)))
        {
            let reply = sent(t, call, &[("authorization", &bearer(token))]).await;
            let body = reply.expect(401);
            match call.1.starts_with("/v2") {
                true => assert_eq!(body["id"], "unauthorized", "{call:?} {token}"),
                false => assert_eq!(body["message"], "Bad credentials", "{call:?} {token}"),
            }
        }
        for (call, name) in [
            (("GET", "/v2/apps"), "GITHUB_TOKEN"),
            (("GET", "/v2/apps"), "FLY_API_TOKEN"),
            (("GET", "/repos/org/shop"), "DIGITALOCEAN_ACCESS_TOKEN"),
        ] {
            let other = bearer(&env(name));
            sent(t, call, &[("authorization", &other)]).await.expect(401);
        }
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn without_a_token_no_api_answers() {
    run(async |t: &mut Tester| {
        t.tolerate("token");
        for call in APIS {
            for headers in [
                &[][..],
                &[("authorization", "Bearer ")],
                &[("authorization", "Basic b3JnOng=")],
            ] {
                sent(t, call, headers).await.expect(401);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_tokens_of_the_env_file_and_registered_ones_are_taken() {
    run(async |t: &mut Tester| {
        for (call, name) in [
            (("GET", "/v2/apps"), "DIGITALOCEAN_ACCESS_TOKEN"),
            (("GET", "/repos/org/shop"), "GITHUB_TOKEN"),
        ] {
            let handed_out = bearer(&t.sandbox.env[name]);
            sent(t, call, &[("authorization", &handed_out)]).await.expect(200);
        }
        t.account(&json!({
            "tokens": ["registered", "taken-back"],
            "revoked": ["taken-back"],
            "scopes": { "scoped": ["app:read"] },
            "github_read_only": ["reader"],
            "permissions": { "eve": "write" },
        }))
        .await;
        for (path, token, status) in [
            ("/v2/apps", "registered", 200),
            ("/repos/org/shop", "registered", 200),
            ("/v2/apps", "scoped", 200),
            ("/repos/org/shop", "reader", 200),
            ("/repos/org/shop", "user:eve", 200),
            ("/v2/apps", "user:eve", 401),
            ("/v2/apps", "taken-back", 401),
            ("/repos/org/shop", "taken-back", 401),
        ] {
            let reply = sent(t, ("GET", path), &[("authorization", &bearer(token))]).await;
            assert_eq!(reply.status, status, "{path} {token}");
        }
        t.account(&json!({})).await;
        sent(t, ("GET", "/v2/apps"), &[("authorization", "Bearer registered")])
            .await
            .expect(401);
    })
    .await;
}

#[tokio::test]
async fn its_own_calls_and_pages_need_its_own_token() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let wrong = [
            String::new(),
            "anything".to_owned(),
            t.sandbox.env["GITHUB_TOKEN"].clone(),
            t.sandbox.env["DIGITALOCEAN_ACCESS_TOKEN"].clone(),
            t.sandbox.token().to_uppercase(),
        ];
        for token in &wrong {
            let (authorization, query) = (bearer(token), format!("token={token}"));
            for (method, path) in OWN {
                let refused = sent(t, (method, path), &[("authorization", &authorization)]).await;
                let why = refused.expect(401);
                assert!(why["message"].as_str().unwrap().contains("SANDBOX_TOKEN"), "{why}");
                assert_eq!(refused.header("www-authenticate"), Some("Bearer"));
            }
            for path in PAGES {
                let refused = sent(t, ("GET", &format!("{path}?{query}")), &[]).await;
                assert_eq!(refused.status, 401, "{path}");
                assert!(refused.text.contains("?token="), "{}", refused.text);
                assert!(!refused.text.contains("Feature 1"), "{}", refused.text);
            }
        }
        for call in OWN {
            sent(t, call, &[]).await.expect(401);
        }
        // A link's token opens a page and moves nothing.
        let query = format!("token={}", t.sandbox.token());
        let clock = format!("/_sandbox/clock?{query}");
        sent(t, ("POST", &clock), &[]).await.expect(401);
        let authorization = bearer(t.sandbox.token());
        for path in PAGES {
            let linked = sent(t, ("GET", &format!("{path}?{query}")), &[]).await;
            let asked = sent(t, ("GET", path), &[("authorization", &authorization)]).await;
            assert_eq!((linked.status, asked.status), (200, 200), "{path}: {}", linked.text);
            assert_eq!(linked.header("referrer-policy"), Some("no-referrer"));
        }
        t.call(Api::Sandbox, "GET", "/_sandbox/account", None).await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn a_name_that_is_not_loopback_is_refused_with_any_token() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let own = bearer(t.sandbox.token());
        let cloud = bearer(&t.sandbox.env["DIGITALOCEAN_ACCESS_TOKEN"]);
        let port = t.sandbox.url("SANDBOX_URL").rsplit(':').next().unwrap().to_owned();
        let before = t.requests().await.len();
        for name in [
            "example.com",
            "rebound.example.com",
            "127.0.0.1.nip.io",
            "localhost.example.com",
            "10.0.0.1",
            "0.0.0.0",
        ] {
            for host in [name.to_owned(), format!("{name}:{port}")] {
                for (path, token) in [("/v2/apps", &cloud), ("/_sandbox/requests", &own), (PAGES[0], &own)] {
                    let headers = [("host", host.as_str()), ("authorization", token.as_str())];
                    let refused = sent(t, ("GET", path), &headers).await.expect(421);
                    assert!(refused["message"].as_str().unwrap().contains("loopback"), "{refused}");
                }
            }
        }
        assert_eq!(t.requests().await.len(), before, "no API has seen them");
        for name in ["localhost", "shop.localhost", "127.0.0.1", "127.9.9.9", "[::1]"] {
            for host in [name.to_owned(), format!("{name}:{port}")] {
                let headers = [("host", host.as_str()), ("authorization", cloud.as_str())];
                sent(t, ("GET", "/v2/apps"), &headers).await.expect(200);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_page_of_another_site_is_refused_with_any_token() {
    run(async |t: &mut Tester| {
        let own = bearer(t.sandbox.token());
        let cloud = bearer(&t.sandbox.env["DIGITALOCEAN_ACCESS_TOKEN"]);
        let base = t.sandbox.url("SANDBOX_URL");
        let neighbour = format!("{base}1");
        for origin in [
            "null",
            "https://example.com",
            "http://localhost",
            "http://127.0.0.1",
            &neighbour,
        ] {
            for (call, token) in [
                (("GET", "/v2/apps"), &cloud),
                (("POST", "/v2/apps"), &cloud),
                (("POST", "/_sandbox/clock"), &own),
                (("OPTIONS", "/_sandbox/clock"), &own),
                (("OPTIONS", "/v2/apps"), &cloud),
            ] {
                let headers = [
                    ("origin", origin),
                    ("authorization", token.as_str()),
                    ("access-control-request-method", "POST"),
                ];
                let refused = sent(t, call, &headers).await;
                refused.expect(403);
                let cors = |name: &str| name.starts_with("access-control-");
                assert!(!refused.headers.keys().any(|name| cors(name.as_str())), "{refused:?}");
            }
        }
        let headers = [("origin", base.as_str()), ("authorization", own.as_str())];
        sent(t, ("GET", "/_sandbox/requests"), &headers).await.expect(200);
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn its_files_are_its_owners_alone() {
    run(async |t: &mut Tester| {
        let place = t.repository.path.parent().unwrap().to_owned();
        assert_eq!(mode(&place.join("sandbox.env")), 0o600);
        let temporary = fs::read_dir(place.join("sandbox")).unwrap().flatten();
        let modes: Vec<u32> = temporary.map(|entry| mode(&entry.path())).collect();
        assert_eq!(modes, [0o700]);

        let (new, old) = (place.join("a/new/one"), place.join("old"));
        fs::create_dir(&old).unwrap();
        fs::set_permissions(&old, fs::Permissions::from_mode(0o755)).unwrap();
        let sandbox = |folder: &Path| {
            let (repository, folder) = (
                format!("org/shop={}", t.repository.path.display()),
                folder.to_str().unwrap(),
            );
            let words = ["sandbox", "--dir", folder, "--repo", &repository, "--", "env"];
            t.command(words).locally()
        };
        let made = sandbox(&new).await;
        made.succeeds().does_not_say("open to other users");
        assert_eq!(mode(&new), 0o700);
        assert!(made.stdout.contains("\nSANDBOX_TOKEN="), "{made}");
        let again = sandbox(&new).await;
        again.succeeds().does_not_say("open to other users");
        let token = |out: &str| {
            out.lines()
                .find(|line| line.starts_with("SANDBOX_TOKEN="))
                .map(str::to_owned)
        };
        assert_ne!(token(&made.stdout), token(&again.stdout), "random for each sandbox");

        sandbox(&old)
            .await
            .succeeds()
            .says("is open to other users of this machine");
        assert_eq!(mode(&old), 0o755, "it is someone else's to close");
    })
    .await;
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn a_sandbox_on_all_addresses_names_the_one_that_is_answered() {
    run(async |t: &mut Tester| {
        let repository = format!("org/shop={}", t.repository.path.display());
        let all = ["sandbox", "--listen", "0.0.0.0:0", "--repo", &repository, "--", "env"];
        t.command(all)
            .locally()
            .await
            .succeeds()
            .says("SANDBOX_URL=http://127.0.0.1:");
    })
    .await;
}

#[tokio::test]
async fn the_account_says_what_is_set() {
    run(async |t: &mut Tester| {
        let account = t.call(Api::Sandbox, "GET", "/_sandbox/account", None).await.expect(200);
        let tokens: Vec<&str> = account["tokens"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .collect();
        assert!(tokens.contains(&GITHUB_TOKEN), "{tokens:?}");
    })
    .await;
}

#[tokio::test]
async fn a_page_follows_what_changes() {
    run(async |t: &mut Tester| {
        let own = bearer(t.sandbox.token());
        let headers = [("authorization", own.as_str())];
        let seen = sent(t, ("GET", "/_sandbox/changes"), &headers).await.expect(200)["version"].clone();
        let newer = format!("/_sandbox/changes?after={seen}");
        let (later, ()) = tokio::join!(sent(t, ("GET", &newer), &headers), t.open_pr(1));
        assert!(later.expect(200)["version"].as_u64() > seen.as_u64());
        sent(t, ("GET", "/_sandbox/changes?after=never"), &headers)
            .await
            .expect(400);
    })
    .await;
}
