//! A job container: other folders than the host's, another user, and hardly a program in it.
//!
//! Played with a PATH of ten programs and with `wget`, not with a real container: what an image lacks is what counts.

use std::fs;

use super::mirror::Server;
use super::runner::Runner;
use crate::harness::{Tester, run};

#[tokio::test]
async fn a_container_without_curl_and_with_a_foreign_tool_cache_gets_its_run() {
    run(async |t: &mut Tester| {
        let mut runner = Runner::with_the_program_to_download();
        let server = Server::start(&runner.asset.file, 0, 200);
        let host = runner.path("the host's tool cache");
        fs::write(&host, "").expect("no folder, so that nothing can be written into it");
        let home = runner.path("__w/_temp/_github_home");
        fs::create_dir_all(&home).expect("a folder");
        runner
            .only(&["sh", "wget"])
            .env("DO_DEPLOY_MIRROR", &server.url)
            .env("RUNNER_TOOL_CACHE", &host.to_string_lossy())
            .env("HOME", &home.to_string_lossy());
        runner.uses(t, &[("command", "deploy")]).await.succeeds();
        assert!(runner.place_in("_temp").is_file());
        t.expect_serving("shop", "first").await;
    })
    .await;
}

#[test]
fn a_container_without_a_download_program_is_refused_with_what_it_lacks() {
    let mut runner = Runner::new();
    let error = runner
        .only(&[])
        .env("DO_DEPLOY_MIRROR", "https://nowhere.invalid")
        .install()
        .fails();
    assert!(error.contains("neither `curl` nor `wget`"), "{error}");
}

#[test]
fn any_of_three_programs_can_check_the_hash() {
    for program in ["openssl", "shasum"] {
        let mut runner = Runner::new();
        let folder = runner.path("bin without sha256sum");
        runner.only(&["sh", "cp", "perl", program]);
        let own = runner.path(&format!("bin of sh cp perl {program}"));
        fs::remove_file(own.join("sha256sum")).expect("a link");
        fs::rename(own, &folder).expect("a folder");
        runner.env("PATH", &folder.to_string_lossy());
        assert_eq!(runner.install().succeeds().program(), runner.cached(), "with {program}");
        assert_eq!(runner.install().succeeds().program(), runner.cached(), "with {program}");
    }
}
