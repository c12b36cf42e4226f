//! Code in the pages that people paste into their apps: at least it parses.

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::pages;

const PYTHON: [&str; 3] = ["python3", "-c", "import ast, sys; ast.parse(sys.stdin.read())"];
const NODE: [&str; 3] = ["node", "--check", "-"];
const RUBY: [&str; 3] = ["ruby", "-c", "-"];
const PHP: [&str; 3] = ["php", "-n", "-l"];

#[test]
fn every_piece_of_code_for_an_app_parses() {
    let mut seen = 0;
    for page in pages::all() {
        for (language, command) in [("python", PYTHON), ("js", NODE), ("ruby", RUBY), ("php", PHP)] {
            for block in page.fenced(language) {
                seen += 1;
                let [program, arguments @ ..] = command;
                let started = Command::new(program).args(arguments).stdin(Stdio::piped()).spawn();
                let Ok(mut parser) = started else {
                    eprintln!("NOT CHECKED: `{program}` is not installed here");
                    continue;
                };
                parser.stdin.take().unwrap().write_all(block.as_bytes()).unwrap();
                assert!(parser.wait().unwrap().success(), "{}:\n{block}", page.path.display());
            }
        }
    }
    assert!(seen >= 8, "only {seen} pieces were found");
}
