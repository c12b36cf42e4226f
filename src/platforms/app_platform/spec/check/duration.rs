//! Durations as Go writes them, <https://pkg.go.dev/time#ParseDuration>: `1h30m`.

const UNITS: [&str; 7] = ["ns", "us", "µs", "ms", "s", "m", "h"];

pub(super) fn is_duration(text: &str) -> bool {
    let mut rest = text.trim_start_matches(['+', '-']);
    if rest == "0" {
        return true;
    }
    while !rest.is_empty() {
        let number = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
        let unit = rest[number..]
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(rest.len() - number);
        if number == 0 || !UNITS.contains(&&rest[number..number + unit]) {
            return false;
        }
        rest = &rest[number + unit..];
    }
    !text.is_empty()
}

#[cfg(test)]
mod tests {
    use super::is_duration;

    #[test]
    fn reads_what_go_reads() {
        for (text, expected) in [
            ("30m", true),
            ("1h30m", true),
            ("1.5h", true),
            ("0", true),
            ("30", false),
            ("30 m", false),
            ("1d", false),
            ("m", false),
            ("", false),
        ] {
            assert_eq!(is_duration(text), expected, "{text}");
        }
    }
}
