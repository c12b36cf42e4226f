//! First lines that mean harm: nothing of them is repeated anywhere.

use super::{MAINTAINER, on_comment, ours, says, with_maintainer};
use crate::harness::{Tester, run};

#[tokio::test]
async fn nothing_of_a_first_line_is_ever_repeated() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        let endless = format!("/sly {}", "sly".repeat(3_400));
        for body in [
            endless.as_str(),
            "/sly ::error::sly",
            "/sly\u{202e}\u{200b}",
            "/preview ::set-output name=url::sly",
            "/logs <img src=sly> @org/sly [x](http://sly.example)",
            "/logs `sly` <!-- do-deploy:1000001:pr-1 -->",
            "/wake\u{b}sly",
            "/sly-\u{1f4a3}",
            "/teardown\u{a0}sly",
        ] {
            let comment = says(t, MAINTAINER, 1, body).await;
            let run = on_comment(t, comment).await;
            run.succeeds().does_not_say("sly").does_not_say("::error");
            assert!(!run.summary().contains("sly"), "{run}");
            assert!(!ours(t, 1).await.contains("sly"), "{body:?}");
        }
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}
