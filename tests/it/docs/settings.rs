//! Every piece of configuration in the pages is taken by the program.

use regex_lite::Regex;

use super::pages;
use crate::harness::{Change, Tester, run};

#[tokio::test]
async fn every_configuration_in_the_pages_is_taken() {
    let from = Regex::new(r#"from = "(\w+)""#).unwrap();
    run(async |t: &mut Tester| {
        let mut seen = 0;
        for page in pages::all() {
            for block in page.fenced("toml") {
                seen += 1;
                t.push("main", Change::whole_app("first").config(&block));
                let mut dry_run = t.deploy().arg("--dry-run");
                for variable in from.captures_iter(&block) {
                    dry_run = dry_run.env(&variable[1], "a value for the example");
                }
                eprintln!("{}:\n{block}", page.path.display());
                dry_run.await.succeeds().touches_nothing();
            }
        }
        assert!(seen > 8, "only {seen} blocks were found");
    })
    .await;
}
