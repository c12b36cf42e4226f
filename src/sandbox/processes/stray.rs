//! Finds processes of a sandbox that left their group, by a mark in their environment.

/// Every process that the sandbox starts carries this variable.
pub(super) const MARK: &str = "DO_DEPLOY_SANDBOX";

/// The value of one process, which what it starts inherits. It begins with the sandbox's own, and is the beginning of
/// no other: ending process 1 must not end 10.
pub(super) fn mark(sandbox: impl std::fmt::Display, name: &str, number: impl std::fmt::Display) -> String {
    format!("{sandbox}/{name}/{number}/")
}

#[derive(Debug)]
pub(super) struct Stray {
    pub(super) pid: u32,
    pub(super) command: String,
}

/// Living processes whose mark begins with `mark`.
#[cfg(target_os = "linux")]
pub(super) fn find(mark: &str) -> Vec<Stray> {
    let wanted = format!("{MARK}={mark}");
    let carries = |environment: &[u8]| {
        environment
            .split(|byte| *byte == 0)
            .any(|env| env.starts_with(wanted.as_bytes()))
    };
    pids()
        .filter(|pid| std::fs::read(format!("/proc/{pid}/environ")).is_ok_and(|environment| carries(&environment)))
        .map(|pid| {
            let words = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            let command = String::from_utf8_lossy(&words).replace('\0', " ").trim().to_owned();
            Stray { pid, command }
        })
        .collect()
}

#[cfg(not(target_os = "linux"))]
pub(super) fn find(_mark: &str) -> Vec<Stray> {
    Vec::new()
}

/// Resident memory, in bytes, of all processes of these groups.
#[cfg(target_os = "linux")]
pub(super) fn memory(groups: &[u32]) -> u64 {
    /// The kernel counts in pages; on x86-64 and on most arm64 systems they have this size.
    const PAGE: u64 = 4096;
    pids()
        .filter_map(|pid| std::fs::read_to_string(format!("/proc/{pid}/stat")).ok())
        .filter_map(|stat| {
            // `pid (name) state ppid pgrp …`: the name may contain anything, so count from its end.
            let fields = stat.rsplit_once(')')?.1.split_whitespace().collect::<Vec<_>>();
            let group = fields.get(2)?.parse().ok()?;
            let pages = fields.get(21)?.parse::<u64>().ok()?;
            groups.contains(&group).then_some(pages * PAGE)
        })
        .sum()
}

#[cfg(not(target_os = "linux"))]
pub(super) fn memory(_groups: &[u32]) -> u64 {
    0
}

#[cfg(target_os = "linux")]
fn pids() -> impl Iterator<Item = u32> {
    std::fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::mark;

    #[test]
    fn no_mark_is_the_beginning_of_another() {
        let marks: Vec<String> = (1..=120).map(|number| mark("5f3a", "web-build", number)).collect();
        for one in &marks {
            assert!(one.starts_with("5f3a/"), "{one}");
            let beginning_with_it = marks.iter().filter(|other| other.starts_with(one.as_str()));
            assert_eq!(beginning_with_it.count(), 1, "{one}");
        }
    }
}
