//! Counts in words.

/// `1 commit`, `3 commits`
pub(crate) fn plural(count: u64, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}

#[cfg(test)]
mod tests {
    use super::plural;

    #[test]
    fn one_is_not_several() {
        assert_eq!(plural(0, "commit"), "0 commits");
        assert_eq!(plural(1, "preview"), "1 preview");
        assert_eq!(plural(2, "earlier line"), "2 earlier lines");
    }
}
