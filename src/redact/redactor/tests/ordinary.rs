//! Ordinary lines of logs and code, which stay as they are.

use crate::redact::{Redactor, Secret};

/// Names of envs that are secrets in many apps, words of the logs among them.
const NAMES: [&str; 14] = [
    "API_KEY",
    "ADMIN",
    "TOKEN",
    "PASSWORD",
    "SECRET_KEY",
    "DATABASE_URL",
    "REDIS_URL",
    "JWT_SECRET",
    "SENTRY_DSN",
    "NPM_TOKEN",
    "STRIPE_KEY",
    "MAILER",
    "SALT",
    "NODE_AUTH_TOKEN",
];

const VALUES: [&str; 4] = [
    "Wq8zLp3nVtR6yXk2",
    "postgres://doadmin:AVNS_Xk2@db-1.b.db.ondigitalocean.com:25060/defaultdb?sslmode=require",
    "correct horse battery staple",
    "node-production-shop",
];

const LINES: &str = r#"
2026-11-27T06:00:00.123456789Z starting container
2026-11-27 06:00:01,042 INFO [uvicorn.error] Uvicorn running on http://0.0.0.0:8080 (Press CTRL+C to quit)
Nov 27 06:00:01 web[42]: listening on 10.244.12.7:8080
[06:00:01] GET /products/42?page=2&sort=price 200 12.42 ms - 5316
10.244.0.1 - - [27/Nov/2026:06:00:01 +0000] "GET /health HTTP/1.1" 200 2 "-" "kube-probe/1.29"
{"level":30,"time":1764223201042,"pid":1,"hostname":"web-5f7d8c9b6d-x2x4l","msg":"server listening"}
{"name":"web","value":42,"unit":"ms"}
d886cef3837eaf745bfbb8938bc244f51187a6bd Merge branch 'main'
HEAD is now at d886cef Comments in the field's words
request 550e8400-e29b-41d4-a716-446655440000 took 1500ms
Digest: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
 ---> 5b2c3d4e5f60
sha512-v2kDEe57lecTulaDIuNTPy3Ry4gLGJ6Z1O3vE1krgXZNrsQ+LFTGHVxVjcXPs17LhbZVGedAJv8XZ1tvj5FvSg==
"integrity": "sha512-v2kDEe57lecTulaDIuNTPy3Ry4gLGJ6Z1O3vE1krgXZNrsQ+LFTGHVxVjcXPs17LhbZVGedAJv8XZ1tvj5FvSg==",
checksum = "5b2f3b9d0c2a1e4f6d8c7b5a3e1f0d9c8b7a6f5e4d3c2b1a0f9e8d7c6b5a4f3e"
npm warn deprecated inflight@1.0.6: This module is not supported, and leaks memory
added 1284 packages, and audited 1285 packages in 32s
npm error code ELIFECYCLE
npm error A complete log of this run can be found in: /srv/app/.npm/_logs/2026-11-27T06_00_01_042Z-debug-0.log
   Compiling proc-macro2 v1.0.92
warning: unused variable: `token`
error[E0425]: cannot find value `api_key` in this scope
  --> src/config/mod.rs:42:17
thread 'main' panicked at src/main.rs:12:5: called `Option::unwrap()` on a `None` value
Collecting cryptography==43.0.3 (from -r requirements.txt (line 12))
  Downloading cryptography-43.0.3-cp39-abi3-manylinux_2_28_x86_64.whl (4.0 MB)
Successfully installed Django-5.1.3 asgiref-3.8.1 sqlparse-0.5.2
  File "/app/.venv/lib/python3.12/site-packages/django/core/handlers/base.py", line 197, in _get_response
django.core.exceptions.ImproperlyConfigured: The SECRET_KEY setting must not be empty.
django.db.utils.OperationalError: connection to server at "10.10.0.4", port 25060 failed: timeout expired
    at Object.<anonymous> (/app/node_modules/express/lib/router/layer.js:95:5)
    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)
Error: Cannot find module '/app/dist/server.js'
java.lang.IllegalStateException: Failed to load ApplicationContext
	at org.springframework.boot.SpringApplication.run(SpringApplication.java:1361)
goroutine 1 [running]: main.main() /app/main.go:27 +0x1d
app.rb:12:in `fetch': key not found: "API_KEY" (KeyError)
PG::ConnectionBad: could not connect to server: Connection refused
Applying auth.0012_alter_user_first_name_max_length... OK
== 20261127060000 CreateProducts: migrating ===================================
INFO  [alembic.runtime.migration] Running upgrade 1975ea83b712 -> 27c6a30d7c24, add users
dist/assets/index-D4xk9Q2b.js   143.21 kB │ gzip: 46.10 kB
Route (app)                              Size     First Load JS
[12:00:01] Starting 'build'...
12:00:01 73 packages are looking for funding
12:00:01 10 20 30 40 50 60 70
RGB 255 128 64 32
[1, 2, 3, 4, 5, 6, 7, 8]
de:ad:be:ef:00:01 eth0 link up
inet6 fe80::42:acff:fe11:2/64 scope link
SHA256:uNiVztksCsDhcc0u9e8BgrJXVGLXEs3nR3OIrQTZ4xA key fingerprint
const token = lexer.next();
token = tokens[index + 1]
if (password !== confirmation) throw new Error("passwords differ");
password: z.string().min(8),
def login(user, password):
    secret_key = settings.SECRET_KEY
  API_KEY: process.env.API_KEY,
ADMIN logged in from 10.0.0.7
ADMIN panel at /admin is enabled
TOKEN expired at 2026-11-27T06:00:00Z
PASSWORD is required
Missing required env API_KEY, DATABASE_URL
expected string for API_KEY
SENTRY_DSN not set, error reporting is disabled
SALT rounds for bcrypt
password authentication failed for user "doadmin"
Using cached node-v22.11.0-linux-x64.tar.xz
[mail] queued <20261127060001.1a2b3c@shop.example> to 3 recipients
From: =?utf-8?q?Shop?= <noreply@shop.example>
x=1&y=20&z=30
a=b c=d e=f
ENV NODE_ENV=production PORT=8080
Step 7/12 : RUN npm ci --omit=dev
#12 0.325 + pip install -r requirements.txt
#9 sha256:2d429b9e73a6cf90a5bb85105c8118b30a1b2deedeae3ea9587055ffcb80eb45 29.13MB / 29.13MB 0.6s
exporting to image
M4 6h16v12H4z M12 13 4 8
-----BEGIN CERTIFICATE-----
"#;

#[test]
fn ordinary_lines_stay_as_they_are() {
    let redactor = Redactor::new();
    NAMES.iter().for_each(|name| redactor.register_name(name));
    for value in VALUES {
        redactor.register(&Secret::new(value).expect("not empty"));
    }
    let lines: Vec<&str> = LINES.lines().collect();
    for line in &lines {
        assert_eq!(redactor.clean(line), *line);
    }
    assert_eq!(redactor.clean_lines(&lines), lines);
    assert_eq!(redactor.clean(LINES), LINES);
}
