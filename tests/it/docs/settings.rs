//! Every piece of configuration in the pages is taken by the program.

use regex_lite::Regex;

use super::pages;
use crate::harness::{Change, Tester, run, spec};

#[tokio::test]
async fn every_configuration_in_the_pages_is_taken() {
    let specs = Regex::new(r#"(?m)^spec = "([^"]+)""#).unwrap();
    let from = Regex::new(r#"from = "(\w+)""#).unwrap();
    run(async |t: &mut Tester| {
        let mut seen = 0;
        for page in pages::all() {
            for block in page.fenced("toml") {
                seen += 1;
                let mut change = Change::whole_app("first").config(&block);
                // Several apps have a manifest each.
                for (at, named) in specs
                    .captures_iter(&block)
                    .enumerate()
                    .filter(|_| block.contains("[apps."))
                {
                    change = change.file(&named[1], &spec("name: shop\n", &format!("name: shop-{at}\n")));
                }
                t.push("main", change);
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
