//! Secrets as real programs print them: Node, Python, Bash and Go encode, where the machine has them.

use std::io::Write as _;
use std::process::{Command, Stdio};

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;

use super::knowing;
use super::properties::{config, secrets};

const HOW_MANY: usize = 60;

/// What stands around the value at most: `declare -- v="` and the like.
const AROUND: usize = 24;

const NODE: &str = r#"
const util = require("util");
const values = JSON.parse(require("fs").readFileSync(0, "utf8"));
const url = (v) => { const u = new URL("postgres://u@h/d"); u.password = v; return u.password; };
const html = (v) => v.replace(/[&<>"'`=\/]/g, (c) => ({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;",
  "'": "&#39;", "/": "&#x2F;", "`": "&#x60;", "=": "&#x3D;"})[c]);
console.log(JSON.stringify(values.map((v) => [encodeURIComponent(v), new URLSearchParams({v}).toString(), url(v),
  JSON.stringify(v), JSON.stringify(JSON.stringify({v})), JSON.stringify(html(v)), util.inspect(v), util.inspect({v}),
  html(v), Buffer.from(v).toString("base64"), Buffer.from(v).toString("base64url"), Buffer.from(v).toString("hex"),
  Buffer.from("user:" + v).toString("base64")])));
"#;

const PYTHON: &str = r#"
import base64, html, json, shlex, sys, urllib.parse as u
from xml.sax.saxutils import escape, quoteattr
values = json.load(sys.stdin)
def forms(v):
    b = v.encode()
    return [u.quote(v), u.quote(v, safe=""), u.quote_plus(v), u.urlencode({"v": v}), html.escape(v), json.dumps(v),
        json.dumps(v, ensure_ascii=False), json.dumps(json.dumps(v)), repr(v), repr({"v": v}), repr(b), ascii(v),
        shlex.quote(v), escape(v), quoteattr(v), "".join("&#%d;" % ord(c) for c in v),
        "".join("&#x%X;" % ord(c) for c in v), html.escape(v).encode("ascii", "xmlcharrefreplace").decode(),
        v.replace("'", "''"), base64.b64encode(b).decode(),
        base64.urlsafe_b64encode(b).decode().rstrip("="), b.hex(), html.escape(json.dumps(v))]
print(json.dumps([forms(v) for v in values]))
"#;

const BASH: &str = r#"
for v in "$@"; do printf '%q\0' "$v"; printf '%s\0' "${v@Q}"; printf '%s\0' "$(declare -p v)"; done
"#;

const GO: &str = r#"package main

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"os"
	"strconv"
	"strings"
	"text/template"
)

func main() {
	var values []string
	if err := json.NewDecoder(os.Stdin).Decode(&values); err != nil {
		panic(err)
	}
	var all [][]string
	for _, v := range values {
		marshalled, _ := json.Marshal(v)
		twice, _ := json.Marshal(string(marshalled))
		dsn := strings.Split(fmt.Sprintf("user:%s@tcp(db:3306)/shop", v), "@tcp(")[0]
		all = append(all, []string{string(marshalled), string(twice), strconv.Quote(v), strconv.QuoteToASCII(v),
			fmt.Sprintf("%q", []string{v}), fmt.Sprintf("%x", v), fmt.Sprintf("%X", v), url.QueryEscape(v), url.PathEscape(v),
			url.UserPassword("u", v).String(), html.EscapeString(v), template.JSEscapeString(v), dsn,
			base64.StdEncoding.EncodeToString([]byte(v)), base64.RawURLEncoding.EncodeToString([]byte(v)),
			hex.EncodeToString([]byte(v))})
	}
	_ = json.NewEncoder(os.Stdout).Encode(all)
}
"#;

/// The same secrets in every run.
fn some_secrets() -> Vec<String> {
    let mut runner = TestRunner::new_with_rng(
        config(),
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let strategy = secrets();
    let mut all: Vec<String> = (0..HOW_MANY)
        .map(|_| strategy.new_tree(&mut runner).expect("a secret").current())
        .collect();
    all.push("a<b>&'\"#{}!$`\\ c".to_owned());
    all.push("käse;|*?[]()~^%41+b".to_owned());
    all
}

/// What a program prints, given the secrets as JSON. `None`: this machine does not have it.
fn printed(command: &mut Command, input: &str) -> Option<String> {
    let child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn();
    let Ok(mut child) = child else {
        let program = command.get_program().to_string_lossy();
        let _shown = writeln!(std::io::stderr(), "not checked: this machine has no `{program}`");
        return None;
    };
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(input.as_bytes()).expect("written");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{command:?}");
    Some(String::from_utf8(output.stdout).expect("it is text"))
}

fn are_hidden(secrets: &[String], forms: &[Vec<String>]) {
    assert_eq!(secrets.len(), forms.len());
    for (secret, forms) in secrets.iter().zip(forms) {
        let redactor = knowing(&[secret]);
        for form in forms {
            let shown = redactor.clean(&format!("x {form} y"));
            assert!(
                shown.contains("***") && shown.len() <= "x *** y".len() + AROUND && !shown.contains(secret),
                "{secret} was printed as {form} and shown as {shown}"
            );
        }
    }
}

fn prints_json(command: &mut Command) {
    let secrets = some_secrets();
    let input = serde_json::to_string(&secrets).expect("JSON");
    if let Some(output) = printed(command, &input) {
        are_hidden(
            &secrets,
            &serde_json::from_str::<Vec<Vec<String>>>(&output).expect("JSON"),
        );
    }
}

#[test]
fn hides_what_node_prints() {
    prints_json(Command::new("node").args(["-e", NODE]));
}

#[test]
fn hides_what_python_prints() {
    prints_json(Command::new("python3").args(["-c", PYTHON]));
}

#[test]
fn hides_what_go_prints() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("main.go");
    std::fs::write(&file, GO).expect("written");
    prints_json(Command::new("go").arg("run").arg(&file).env("GOTOOLCHAIN", "local"));
}

#[test]
fn hides_what_bash_prints() {
    let secrets = some_secrets();
    for locale in ["C", "C.UTF-8"] {
        let mut bash = Command::new("bash");
        bash.args(["-c", BASH, "bash"]).args(&secrets).env("LC_ALL", locale);
        let Some(output) = printed(&mut bash, "") else { return };
        let words: Vec<String> = output.trim_end_matches('\0').split('\0').map(str::to_owned).collect();
        let forms: Vec<Vec<String>> = words.chunks(3).map(<[String]>::to_vec).collect();
        are_hidden(&secrets, &forms);
    }
}
