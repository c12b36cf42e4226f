//! A runner: its folders, what it puts into a step's environment, and how it starts a step of a composite action.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::action_commit::{Tree, VERSION};
use super::definition::{Definition, Step, evaluated};
use super::mirror::{Asset, link};
use crate::harness::{DIGITALOCEAN_TOKEN, GITHUB_TOKEN, Invocation, Run, Tester};

/// What program.sh cannot do without, besides something to download with.
const NEEDED: [&str; 8] = ["sh", "chmod", "mkdir", "mktemp", "mv", "rm", "sha256sum", "sleep"];

#[derive(Debug)]
pub(super) struct Runner {
    folder: TempDir,
    pub(super) tree: Tree,
    pub(super) asset: Asset,
    /// Set by the job or by earlier steps; an empty value is set, too.
    envs: BTreeMap<String, String>,
    os: String,
    arch: String,
    /// Outputs of the job's first step `install`.
    first: OnceCell<BTreeMap<String, String>>,
}

/// How the step `install` ended.
#[derive(Debug)]
pub(super) struct Installed {
    pub(super) code: Option<i32>,
    pub(super) said: String,
    pub(super) outputs: BTreeMap<String, String>,
}

/// A step `install` under way.
#[derive(Debug)]
pub(super) struct Installing {
    pub(super) child: Child,
    output: PathBuf,
}

impl Runner {
    /// With a small script for the program.
    pub(super) fn new() -> Self {
        Self::over(Asset::small)
    }

    /// With the program under test, downloaded once already.
    pub(super) fn with_the_program() -> Self {
        let runner = Self::over(Asset::whole);
        let program = runner.cached();
        fs::create_dir_all(program.parent().expect("a folder")).expect("a folder");
        link(&runner.asset.file, &program);
        runner
    }

    /// With the program under test, and an empty tool cache.
    pub(super) fn with_the_program_to_download() -> Self {
        Self::over(Asset::whole)
    }

    /// Every path has a space in it: nothing may depend on there being none.
    fn over(asset: impl FnOnce(&Path) -> Asset) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("do deploy runner ")
            .tempdir()
            .expect("a folder");
        let path = |name: &str| folder.path().join(name);
        for name in ["tool cache", "_temp", "home", "work space", "the mirror"] {
            fs::create_dir(path(name)).expect("a folder");
        }
        let asset = asset(&path("the mirror"));
        let tree = Tree::unpack(path("_actions/org/do-deploy/a commit"), &asset);
        let text = |path: PathBuf| path.to_string_lossy().into_owned();
        let envs = [
            ("PATH", std::env::var("PATH").unwrap_or_default()),
            ("HOME", text(path("home"))),
            ("RUNNER_TEMP", text(path("_temp"))),
            ("RUNNER_TOOL_CACHE", text(path("tool cache"))),
            ("DO_DEPLOY_MIRROR", format!("file://{}", text(path("the mirror")))),
        ];
        let arch = if cfg!(target_arch = "aarch64") { "ARM64" } else { "X64" };
        Self {
            tree,
            asset,
            envs: envs.map(|(name, value)| (name.to_owned(), value)).into(),
            os: "Linux".to_owned(),
            arch: arch.to_owned(),
            first: OnceCell::new(),
            folder,
        }
    }

    pub(super) fn env(&mut self, name: &str, value: &str) -> &mut Self {
        self.envs.insert(name.to_owned(), value.to_owned());
        self
    }

    pub(super) fn without_env(&mut self, name: &str) -> &mut Self {
        self.envs.remove(name);
        self
    }

    /// As `runner.os` and `runner.arch` say it.
    pub(super) fn platform(&mut self, os: &str, arch: &str) -> &mut Self {
        (self.os, self.arch) = (os.to_owned(), arch.to_owned());
        self
    }

    /// Nothing in PATH but what program.sh needs and `programs`; with a colon, `sh:bash` is bash called `sh`.
    pub(super) fn only(&mut self, programs: &[&str]) -> &mut Self {
        let folder = self.path(&format!("bin of {}", programs.join(" ").replace(':', " as ")));
        fs::create_dir_all(&folder).expect("a folder");
        for program in programs.iter().chain(&NEEDED) {
            let (name, real) = program.split_once(':').unwrap_or((program, program));
            if !folder.join(name).exists() {
                symlink(found(real), folder.join(name)).expect("a link");
            }
        }
        let folder = folder.to_string_lossy().into_owned();
        self.env("PATH", &folder)
    }

    /// A program of the test's own in front of all others.
    pub(super) fn program(&mut self, name: &str, script: &str) -> &mut Self {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = self.path("own bin");
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join(name), script).expect("a script");
        fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o755)).expect("an executable");
        let path = self.envs["PATH"].clone();
        let own = folder.to_string_lossy().into_owned();
        if !path.starts_with(&own) {
            self.env("PATH", &format!("{own}:{path}"));
        }
        self
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where the tool cache has the program.
    pub(super) fn cached(&self) -> PathBuf {
        self.place_in("tool cache")
    }

    pub(super) fn place_in(&self, folder: &str) -> PathBuf {
        let place = format!("do-deploy/{VERSION}/{}/do-deploy", &self.asset.sha[..16]);
        self.path(folder).join(place)
    }

    /// Files below one of the runner's folders.
    pub(super) fn files(&self, folder: &str) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let mut folders = vec![self.path(folder)];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder").flatten() {
                match entry.path() {
                    path if path.is_dir() => folders.push(path),
                    path => files.push(path),
                }
            }
        }
        files
    }

    /// Command lines that name one of the runner's folders.
    pub(super) fn processes(&self) -> Vec<String> {
        let folder = self.folder.path().to_string_lossy();
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        processes
            .filter_map(|process| fs::read(process.path().join("cmdline")).ok())
            .map(|line| String::from_utf8_lossy(&line).replace('\0', " "))
            .filter(|line| line.contains(folder.as_ref()))
            .collect()
    }

    pub(super) fn install(&self) -> Installed {
        self.install_with(&[])
    }

    /// The step `install` to its end, with these inputs.
    pub(super) fn install_with(&self, with: &[(&str, &str)]) -> Installed {
        self.start_install(with).end()
    }

    pub(super) fn start_install(&self, with: &[(&str, &str)]) -> Installing {
        let definition = Definition::read(&self.tree.0);
        let step = definition.step("install", &|name| self.value(&definition, with, &BTreeMap::new(), name));
        let (script, output) = (self.script(&step), self.fresh("output"));
        let mut command = Command::new(self.shell());
        command
            .arg("-e")
            .arg(script)
            .env_clear()
            .envs(&self.envs)
            .envs(&step.env);
        command
            .env("GITHUB_ACTION_PATH", &self.tree.0)
            .env("GITHUB_OUTPUT", &output);
        command
            .env("GITHUB_ACTIONS", "true")
            .current_dir(self.path("work space"));
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let child = command.spawn().expect("a shell");
        Installing { child, output }
    }

    /// Both steps: `install` at once, `run` when the invocation is awaited. A job's second use goes on with what the
    /// first has installed: to check the hash of a program that was built for tests takes its time.
    pub(super) fn uses<'t>(&self, tester: &'t Tester, with: &[(&str, &str)]) -> Invocation<'t> {
        let installed = self.first.get_or_init(|| self.install_with(with).succeeds().outputs);
        let mut inputs = vec![("token", DIGITALOCEAN_TOKEN)];
        inputs.retain(|(name, _)| !with.iter().any(|(given, _)| given == name));
        inputs.extend(with);
        let definition = Definition::read(&self.tree.0);
        let step = definition.step("run", &|name| self.value(&definition, &inputs, installed, name));
        let script = self.script(&step).to_string_lossy().into_owned();
        let mut run = tester.command(["-e"]).arg(&script).through(&self.shell());
        run = run.without_env("DIGITALOCEAN_ACCESS_TOKEN").without_env("GITHUB_TOKEN");
        for (name, value) in self.envs.iter().chain(&step.env) {
            run = run.env(name, value);
        }
        run.env("GITHUB_ACTION_PATH", &self.tree.0.to_string_lossy())
    }

    /// The program that the job's first step `install` named.
    pub(super) fn first_program(&self) -> PathBuf {
        PathBuf::from(&self.first.get().expect("a step before")["bin"])
    }

    /// What the outer step has as its outputs, by action.yml.
    pub(super) fn outputs(&self, run: &Run) -> BTreeMap<String, String> {
        let (definition, written) = (Definition::read(&self.tree.0), run.outputs());
        let context = |name: &str| {
            let output = name
                .strip_prefix("steps.run.outputs.")
                .expect("an output of the step `run`");
            written.get(output).cloned().unwrap_or_default()
        };
        let outputs = definition.outputs().iter();
        outputs
            .map(|(name, output)| {
                (
                    name.clone(),
                    evaluated(output["value"].as_str().expect("a value"), &context),
                )
            })
            .collect()
    }

    /// The runner's contexts.
    fn value(
        &self,
        definition: &Definition,
        with: &[(&str, &str)],
        installed: &BTreeMap<String, String>,
        name: &str,
    ) -> String {
        match name.split_once('.').expect("a context") {
            ("inputs", input) => {
                let given = with.iter().find(|(name, _)| *name == input);
                let default = definition.inputs()[input]["default"].as_str().unwrap_or_default();
                given.map_or_else(
                    || evaluated(default, &|name| self.value(definition, with, installed, name)),
                    |(_, value)| (*value).to_owned(),
                )
            }
            ("env", variable) => self.envs.get(variable).cloned().unwrap_or_default(),
            ("runner", "os") => self.os.clone(),
            ("runner", "arch") => self.arch.clone(),
            ("github", "token") => GITHUB_TOKEN.to_owned(),
            ("steps", output) => {
                let output = output
                    .strip_prefix("install.outputs.")
                    .expect("an output of the step `install`");
                installed.get(output).cloned().unwrap_or_default()
            }
            _ => panic!("the runner knows no `{name}` in such a place"),
        }
    }

    fn script(&self, step: &Step) -> PathBuf {
        let file = self.fresh("sh");
        fs::write(&file, &step.script).expect("a script");
        file
    }

    /// A new file where the runner keeps those of its own.
    fn fresh(&self, extension: &str) -> PathBuf {
        let suffix = format!(".{extension}");
        let file = tempfile::Builder::new()
            .suffix(&suffix)
            .tempfile_in(self.path("work space"))
            .expect("a file");
        file.into_temp_path().keep().expect("a file")
    }

    /// `sh` as the runner finds it.
    fn shell(&self) -> PathBuf {
        let mut folders = std::env::split_paths(&self.envs["PATH"]);
        folders
            .find_map(|folder| Some(folder.join("sh")).filter(|sh| sh.exists()))
            .expect("`sh` is in PATH")
    }
}

impl Installing {
    pub(super) fn end(self) -> Installed {
        let output = self.child.wait_with_output().expect("the step ends");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let written = fs::read_to_string(&self.output).expect("the file of outputs");
        let outputs = written.lines().map(|line| line.split_once('=').expect("name=value"));
        Installed {
            code: output.status.code(),
            said: text(&output.stdout) + &text(&output.stderr),
            outputs: outputs
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        }
    }
}

impl Installed {
    #[track_caller]
    pub(super) fn succeeds(self) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.said);
        self
    }

    /// Asserts that it failed with exactly one annotation, and returns that.
    #[track_caller]
    pub(super) fn fails(&self) -> String {
        assert!(
            self.code.is_some_and(|code| code != 0),
            "it should have failed: {}",
            self.said
        );
        assert_eq!(self.outputs, BTreeMap::new(), "{}", self.said);
        let errors: Vec<&str> = self
            .said
            .lines()
            .filter_map(|line| line.strip_prefix("::error::"))
            .collect();
        assert_eq!(errors.len(), 1, "one annotation: {}", self.said);
        errors[0].to_owned()
    }

    /// The program that the next step gets.
    #[track_caller]
    pub(super) fn program(&self) -> PathBuf {
        PathBuf::from(
            self.outputs
                .get("bin")
                .unwrap_or_else(|| panic!("no program: {}", self.said)),
        )
    }
}

/// Where a program of this machine is.
fn found(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut files = std::env::split_paths(&path).map(|folder| folder.join(program));
    files
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("`{program}` is not in PATH"))
}
