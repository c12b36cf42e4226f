//! Whether an instance gets a `/tmp` of its own.

use std::ffi::OsString;

use super::environment;
use super::process::{Output, Start};
use super::runner::Runner;

impl Runner {
    /// Whether the kernel lets every instance have a `/tmp` of its own. Tried once.
    pub(super) async fn has_private_tmp(&self) -> bool {
        *self.private_tmp.get_or_init(|| self.try_private_tmp()).await
    }

    async fn try_private_tmp(&self) -> bool {
        if cfg!(not(target_os = "linux")) {
            return false;
        }
        let Ok(disk) = self.disk("probe") else { return false };
        let start = Start {
            name: "probe".to_owned(),
            program: vec![OsString::from("true")],
            directory: disk.app(),
            envs: environment::base(),
            tmp: Some(disk.tmp()),
            keep: vec![disk.root().to_owned()],
            user: None,
            output: Output::nowhere(),
        };
        match self.start(start) {
            Ok(mut process) => process.wait().await == 0,
            Err(_) => false,
        }
    }
}
