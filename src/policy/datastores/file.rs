//! SQLite's ways to name a file, each as its driver wants it.

/// What stands before the path, the path, and what stands behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct File<'a> {
    before: &'a str,
    path: &'a str,
    after: &'a str,
}

/// Folders in which an instance can write whatever its image is. <https://docs.digitalocean.com/products/app-platform/how-to/store-data/>
const WRITABLE: [&str; 5] = ["/tmp/", "/var/tmp/", "/dev/shm/", "/workspace/", "/app/"];

/// How the names of such files end.
const ENDS: [&str; 4] = [".db", ".sqlite", ".sqlite3", ".db3"];

/// The file that a value names: `sqlite+aiosqlite:///shop.db`, `file:./dev.db`, `jdbc:sqlite:/data/shop.db`,
/// `Data Source=shop.db`, `/data/shop.db`.
pub(crate) fn file(text: &str) -> Option<File<'_>> {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    if text.contains("${") || text.contains('\n') {
        return None;
    }
    let split = |before: usize, end: char| {
        let (before, rest) = text.split_at(before);
        let (path, after) = rest.split_at(rest.find(end).unwrap_or(rest.len()));
        File { before, path, after }
    };
    if let Some(scheme) = super::schemes::scheme(text) {
        let is_file = scheme == "file"
            || scheme
                .split(['+', ':'])
                .any(|part| matches!(part, "sqlite" | "sqlite3"));
        // SQLAlchemy writes an empty host, and its slash belongs to no path: `sqlite:///shop.db`, `sqlite:////tmp/shop.db`.
        let rest = &text[text.find("://")? + 3..];
        let slash = usize::from(rest.starts_with('/') && scheme != "file");
        return is_file.then(|| split(text.len() - rest.len() + slash, '?'));
    }
    // https://learn.microsoft.com/dotnet/standard/data/sqlite/connection-strings
    let names = ["data source=", "datasource=", "filename="];
    if let Some(name) = names.iter().find(|name| lower.starts_with(**name)) {
        return Some(split(name.len(), ';')).filter(|file| has_end(file.path) || file.path == ":memory:");
    }
    let schemes = ["jdbc:sqlite:", "sqlite3:", "sqlite:", "file:"];
    if let Some(scheme) = schemes.iter().find(|scheme| lower.starts_with(**scheme)) {
        return Some(split(scheme.len(), '?'));
    }
    let is_path = text.starts_with(['/', '.']) || has_end(text);
    (is_path && !text.contains(|c: char| c.is_whitespace() || ":@;,".contains(c))).then(|| split(0, '?'))
}

fn has_end(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    ENDS.iter().any(|end| path.ends_with(end))
}

impl File<'_> {
    /// Whether a preview can have its data there: in memory, beside the code, in a folder for such things.
    pub(crate) fn is_writable(&self) -> bool {
        let is_plain = !self.path.split('/').any(|part| part == "..");
        is_plain && (!self.path.starts_with('/') || WRITABLE.iter().any(|folder| self.path.starts_with(folder)))
    }

    /// Whether a key or a password opens it: `?key=…` of SQLCipher, `;Password=…`.
    pub(crate) fn is_locked(&self) -> bool {
        let after = self.after.to_ascii_lowercase();
        let names = after
            .split(['?', '&', ';'])
            .filter_map(|setting| setting.split_once('='));
        names
            .map(|(name, _)| name)
            .any(|name| name.contains("key") || name.contains("pass") || name.contains("pwd"))
    }

    /// The same with another path, and without what opens it.
    pub(crate) fn at(&self, path: &str) -> String {
        let after = if self.is_locked() { "" } else { self.after };
        format!("{}{path}{after}", self.before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_in_every_form() {
        for (text, parts, writable) in [
            ("sqlite:///shop.db", ("sqlite:///", "shop.db", ""), true),
            (
                "sqlite:////data/shop.db?x=1",
                ("sqlite:///", "/data/shop.db", "?x=1"),
                false,
            ),
            (
                "sqlite+aiosqlite:////tmp/shop.db",
                ("sqlite+aiosqlite:///", "/tmp/shop.db", ""),
                true,
            ),
            ("sqlite://shop.db", ("sqlite://", "shop.db", ""), true),
            (
                "sqlite:////tmp/../srv/shop.db",
                ("sqlite:///", "/tmp/../srv/shop.db", ""),
                false,
            ),
            ("file:../shop.db", ("file:", "../shop.db", ""), false),
            ("sqlite://", ("sqlite://", "", ""), true),
            ("sqlite::memory:", ("sqlite:", ":memory:", ""), true),
            ("file:./dev.db?mode=rwc", ("file:", "./dev.db", "?mode=rwc"), true),
            ("file:///data/shop.db", ("file://", "/data/shop.db", ""), false),
            (
                "jdbc:sqlite:/data/shop.db",
                ("jdbc:sqlite:", "/data/shop.db", ""),
                false,
            ),
            (
                "Filename=shop.db;Cache=Shared",
                ("Filename=", "shop.db", ";Cache=Shared"),
                true,
            ),
            ("/data/shop", ("", "/data/shop", ""), false),
            ("shop.sqlite3", ("", "shop.sqlite3", ""), true),
        ] {
            let found = file(text).expect(text);
            assert_eq!((found.before, found.path, found.after), parts, "{text}");
            assert_eq!(found.is_writable(), writable, "{text}");
        }
    }

    #[test]
    fn a_file_with_a_key_is_locked() {
        for (text, locked) in [
            ("sqlite:///shop.db?key=hunter2", true),
            ("file:shop.db?mode=rwc&hexkey=00ff", true),
            ("Data Source=shop.db;Password=hunter2", true),
            ("file:shop.db?mode=rwc&cache=shared", false),
            ("sqlite:///shop.db", false),
        ] {
            assert_eq!(file(text).expect(text).is_locked(), locked, "{text}");
        }
    }

    #[test]
    fn what_is_no_file_is_none() {
        for text in [
            "postgres://u:p@h/shop.db",
            "libsql://shop.turso.io",
            "Data Source=10.0.0.5;User Id=u;Password=p",
            "${db.DATABASE_URL}",
            "shop",
            "h:5432/shop.db",
            "u/p@h.db",
            "",
        ] {
            assert_eq!(file(text), None, "{text}");
        }
    }
}
