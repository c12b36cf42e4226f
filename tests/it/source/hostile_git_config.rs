//! A folder whose Git configuration is hostile: nothing of it runs, and our tokens are not in Git's environment.

use super::{app, flavoured, plans};
use crate::harness::{Change, Tester, run, run_with};

/// Everything in a folder's configuration that names a program.
const CONFIGURED: &str = r#"
cat >> .git/config <<END
[core]
    fsmonitor = "$PWD/../evil"
    hooksPath = "$PWD/../hooks"
    pager = "$PWD/../evil"
    editor = "$PWD/../evil"
    sshCommand = "$PWD/../evil"
    gitProxy = "$PWD/../evil"
    askPass = "$PWD/../evil"
    alternateRefsCommand = "$PWD/../evil"
    attributesFile = "$PWD/../attributes"
    worktree = /
[filter "evil"]
    clean = "$PWD/../evil"
    smudge = "$PWD/../evil"
    process = "$PWD/../evil"
    required = true
[diff]
    external = "$PWD/../evil"
[diff "evil"]
    textconv = "$PWD/../evil"
    command = "$PWD/../evil"
[gpg]
    program = "$PWD/../evil"
[gpg "ssh"]
    program = "$PWD/../evil"
[log]
    showSignature = true
[credential]
    helper = "!$PWD/../evil"
[alias]
    rev-parse = "!$PWD/../evil"
    ls-tree = "!$PWD/../evil"
[uploadpack]
    packObjectsHook = "$PWD/../evil"
[include]
    path = ../../more
END
"#;

const PROGRAMS: &str = r##"
printf '#!/bin/sh\nenv > "%s/../ran"\nexit 1\n' "$PWD" > ../evil
chmod +x ../evil
mkdir ../hooks
for hook in post-checkout post-index-change reference-transaction fsmonitor-watchman pre-auto-gc; do
    cp ../evil ../hooks/$hook; cp ../evil .git/hooks/$hook
done
printf '* filter=evil diff=evil\n' > ../attributes
cp ../attributes .git/info/attributes
cp ../attributes .gitattributes
printf '[core]\n\tfsmonitor = "%s/../evil"\n' "$PWD" > ../more
"##;

fn ran(t: &Tester) -> bool {
    t.work().join("ran").exists()
}

#[tokio::test]
async fn nothing_that_a_folder_configures_runs() {
    holds!("an earlier job", ["use a token"]);
    run_with(app(), async |t: &mut Tester| {
        let first = t.repository.head("main");
        t.push("main", Change::version("second").spec(&flavoured("later")));
        let clean = "rm -rf ../evil ../hooks ../attributes ../more";
        for commit in [first.as_str(), "main"] {
            let there = || {
                t.deploy()
                    .at(commit)
                    .after_step(clean)
                    .after_step(PROGRAMS)
                    .after_step(CONFIGURED)
            };
            plans(&there().arg("--dry-run").await, "later");
            plans(
                &there().locally().arg("--dry-run").await,
                if commit == "main" { "later" } else { "pushed" },
            );
            assert!(!ran(t), "a program of the folder's ran");
        }
        // Without a spec, `init` lists every file, which is when Git would ask the folder's monitor.
        let init = t.command(["init", "--repo", "org/shop", "--dry-run"]).locally();
        let init = init
            .after_step(clean)
            .after_step("rm -r .do; printf '{\"scripts\": {\"start\": \"node .\"}}' > package.json; git add -A")
            .after_step(PROGRAMS)
            .after_step(CONFIGURED)
            .after_step("git config --unset core.worktree");
        init.await.succeeds();
        assert!(!ran(t), "a program of the folder's ran");
    })
    .await;
}

#[tokio::test]
async fn a_missing_object_is_not_fetched() {
    run_with(app(), async |t: &mut Tester| {
        let promised = r#"
git config core.repositoryformatversion 1
git config extensions.partialClone origin
git config remote.origin.promisor true
git config remote.origin.uploadpack "$PWD/../evil"
tree=$(git rev-parse HEAD^{tree})
rm -f .git/objects/$(echo $tree | cut -c1-2)/$(echo $tree | cut -c3-)
for pack in .git/objects/pack/*.pack; do [ -e "$pack" ] && mv "$pack" ../pack && git unpack-objects -q < ../pack; done
rm -f .git/objects/pack/* .git/objects/$(echo $tree | cut -c1-2)/$(echo $tree | cut -c3-)
! GIT_NO_LAZY_FETCH=1 GIT_ALLOW_PROTOCOL= git ls-tree HEAD 2>&1
rm -f ../ran
"#;
        let dry = t
            .deploy()
            .after_step(PROGRAMS)
            .after_step(promised)
            .arg("--dry-run")
            .await;
        plans(&dry, "pushed");
        assert!(!ran(t), "a program of the folder's ran");
    })
    .await;
}

#[tokio::test]
async fn neither_replaced_objects_nor_a_repository_inside_of_the_tree_deceive_it() {
    run_with(app(), async |t: &mut Tester| {
        let first = t.repository.head("main");
        t.push("main", Change::version("second").spec(&flavoured("later")));
        let replaced = "git checkout -q HEAD~1; git replace -f origin/main HEAD";
        plans(&t.deploy().after_step(replaced).arg("--dry-run").await, "later");
        let inside = r#"
git init -q --bare web
cp -r .do web/
printf '[core]\n\tfsmonitor = "%s/../evil"\n' "$PWD" >> web/config
"#;
        let there = t.deploy().at(&first).after_step(PROGRAMS).after_step(inside);
        let there = there.args(["--working-directory", "web", "--dry-run"]).await;
        there.fails_with(2).touches_nothing();
        assert!(!ran(t), "a program of the folder's ran");
    })
    .await;
}

/// Git checks the bytes of the commit alone.
#[tokio::test]
async fn a_forged_tree_proves_no_file() {
    holds!("an earlier job", ["deploy production"]);
    run_with(app(), async |t: &mut Tester| {
        let forged = r#"
for pack in .git/objects/pack/*.pack; do [ -e "$pack" ] && mv "$pack" ../pack && git unpack-objects -q < ../pack; done
sed -i s/pushed/left/ .do/app.yaml
blob=$(git hash-object -w .do/app.yaml)
forged=$(printf '100644 blob %s\tapp.yaml\n' "$blob" | git mktree)
real=$(git rev-parse HEAD:.do)
object() { echo .git/objects/$(echo $1 | cut -c1-2)/$(echo $1 | cut -c3-); }
rm -f "$(object $real)"
cp "$(object $forged)" "$(object $real)"
git ls-tree -r HEAD | grep -q "$blob"
"#;
        plans(&t.deploy().after_step(forged).arg("--dry-run").await, "pushed");
        let on_another =
            format!("{forged}\ngit -c user.name=Ada -c user.email=ada@example.com commit -q --allow-empty -m x");
        plans(&t.deploy().after_step(&on_another).arg("--dry-run").await, "pushed");
    })
    .await;
}

#[tokio::test]
async fn git_is_given_neither_our_tokens_nor_the_steps_secrets() {
    run_with(app(), async |t: &mut Tester| {
        let git = r#"
mkdir ../bin
printf '#!/bin/sh\nenv >> "%s/../seen"\nexec %s "$@"\n' "$PWD" "$(command -v git)" > ../bin/git
chmod +x ../bin/git
"#;
        let secret = t.secret("STRIPE_KEY");
        let path = format!("{}:{}", t.work().join("bin").display(), std::env::var("PATH").unwrap());
        let dry = t
            .deploy()
            .after_step(git)
            .env("STRIPE_KEY", &secret)
            .env("GIT_DIR", "/nowhere");
        plans(&dry.env("PATH", &path).arg("--dry-run").await, "pushed");
        let seen = std::fs::read_to_string(t.work().join("seen")).unwrap();
        for name in ["TOKEN", "STRIPE_KEY", "GITHUB_", "GIT_DIR", &secret] {
            assert!(!seen.contains(name), "{name} is in Git's environment:\n{seen}");
        }
        std::fs::remove_file(t.work().join("seen")).unwrap();
    })
    .await;
}

/// docs/security.md, an earlier job: what it left in the workspace or above it.
#[tokio::test]
async fn a_pipe_that_an_earlier_job_left_does_not_hold_the_run_up() {
    for path in ["do-deploy.toml", ".do/app.yaml"] {
        run(async |t: &mut Tester| {
            let script = format!("rm -f {path} && mkfifo {path}");
            let deployed = t.deploy().after_step(&script).await;
            deployed.fails_with(2).says("is not an ordinary file").touches_nothing();
        })
        .await;
    }
}

#[tokio::test]
async fn an_empty_folder_called_git_above_the_workspace_moves_no_path() {
    run(async |t: &mut Tester| {
        let deployed = t.deploy().after_step("mkdir -p ../.git && rm -rf .git").await;
        // The same files without a clone: GitHub's count.
        deployed.succeeds();
        t.expect_serving("shop", "first").await;
    })
    .await;
}
