//! What a text holds by name: the assignments and flags of a command, the fields of JSON, YAML, TOML and `.env`.

use serde_json::Value;

use super::yaml::document;

mod client;

/// A value, and the name that it has in the text. A word of a command that has none has an empty one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) name: String,
    pub(crate) value: String,
}

/// Texts in texts: a JSON document in a flag of a quoted command is three.
const DEEPEST: usize = 4;

/// The pieces of a shell command.
pub(crate) fn of_command(command: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    words(command, 0, &mut pieces);
    pieces
}

/// The pieces of a value that may be a document, a file of settings or a list of flags. None: it is a single value.
pub(crate) fn of_value(value: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    inside("", value, 0, &mut pieces);
    pieces
}

fn inside(name: &str, text: &str, depth: usize, pieces: &mut Vec<Piece>) {
    let text = text.trim();
    if depth >= DEEPEST {
        return;
    }
    let is_document = text.starts_with(['{', '[']) || text.contains(": ") || text.contains(":\n");
    if is_document && let Ok((document @ (Value::Object(_) | Value::Array(_)), _)) = document::read(text) {
        return fields(name, &document, depth, pieces);
    }
    if text.contains('\n') || text.contains(" = ") {
        lines(text, depth, pieces);
    } else if text.contains(|c: char| c.is_whitespace() || c == '=') {
        words(text, depth, pieces);
    }
}

/// Every value of a document, by its path: `db_host`.
fn fields(path: &str, value: &Value, depth: usize, pieces: &mut Vec<Piece>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| {
            let path = if path.is_empty() {
                key.clone()
            } else {
                format!("{path}_{key}")
            };
            fields(&path, value, depth, pieces);
        }),
        Value::Array(items) => items.iter().for_each(|item| fields(path, item, depth, pieces)),
        Value::String(text) => add(path, text, depth, pieces),
        Value::Number(number) => add(path, &number.to_string(), depth, pieces),
        _ => {}
    }
}

/// `NAME=value` and `name = "value"`, line by line, below the `[section]` that they stand in.
fn lines(text: &str, depth: usize, pieces: &mut Vec<Piece>) {
    let mut section = String::new();
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            name.trim_matches(['[', ']']).clone_into(&mut section);
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        let pair = line.split_once('=').map(|(name, value)| (name.trim(), value.trim()));
        match pair.and_then(|(text, value)| Some((name(text)?, value))) {
            Some((name, value)) => {
                let path = if section.is_empty() {
                    name.to_owned()
                } else {
                    format!("{section}_{name}")
                };
                let value = value.trim_matches(['"', '\'']);
                add(&path, &defaults(value, depth, pieces), depth, pieces);
            }
            None => words(line, depth, pieces),
        }
    }
}

/// The words of a shell, of each command by itself.
fn words(text: &str, depth: usize, pieces: &mut Vec<Piece>) {
    let text = defaults(text, depth, pieces);
    for command in split(&text) {
        for word in &command {
            let pair = word
                .split_once('=')
                .and_then(|(text, value)| Some((name(text)?, value)));
            if let Some((name, value)) = pair {
                add(name, value, depth, pieces);
            }
            // A command in quotes, as of `sh -c`, or a connection string.
            if pair.is_none() || word.contains(char::is_whitespace) {
                add("", word, depth, pieces);
            }
        }
        for pair in command.windows(2) {
            if let Some(flag) = flag(&pair[0]).filter(|_| !pair[1].starts_with('-')) {
                add(flag, &pair[1], depth, pieces);
            }
        }
        // `npm config set NAME VALUE`, `aws configure set NAME VALUE`
        for setting in command.windows(4) {
            if let [tool, verb, name, value] = setting
                && (tool.starts_with("conf") && verb == "set")
            {
                add(last_of(name), value, depth, pieces);
            }
        }
        client::passwords_and_hosts(&command, depth, pieces);
    }
}

/// `_authToken` of `//npm.example/:_authToken`.
fn last_of(name: &str) -> &str {
    name.rsplit([':', '/']).next().unwrap_or(name)
}

fn add(name: &str, value: &str, depth: usize, pieces: &mut Vec<Piece>) {
    pieces.push(Piece {
        name: name.to_owned(),
        value: value.to_owned(),
    });
    inside(name, value, depth + 1, pieces);
}

/// The name in front of a `=`, without what makes it a flag or a property: `-Ddb.password`, `//host/:_authToken`.
fn name(text: &str) -> Option<&str> {
    let text = text.trim_matches(['"', '\'', '{', ',']);
    let property = text.strip_prefix("-D").or_else(|| text.strip_prefix("-P"));
    let name = property.unwrap_or(text).trim_start_matches('-');
    let fits = |c: char| c.is_ascii_alphanumeric() || "_-.:/[]".contains(c);
    let name = Some(name).filter(|name| name.chars().all(fits))?;
    name.rsplit([':', '/']).next().filter(|name| !name.is_empty())
}

/// The name of a flag that can have its value behind it. One letter says nothing.
fn flag(word: &str) -> Option<&str> {
    let name = word.strip_prefix("--").or_else(|| word.strip_prefix('-'))?;
    let is_name = name.len() > 1 && !name.starts_with("no-") && self::name(name) == Some(name);
    (is_name && !word.contains('=')).then_some(name)
}

/// `${NAME:-default}` and `${NAME:=default}` become the default, which is a value of that name. What is bound stays.
fn defaults(text: &str, depth: usize, pieces: &mut Vec<Piece>) -> String {
    let mut text = text.to_owned();
    let mut end = text.len();
    while let Some(start) = text[..end].rfind("${") {
        end = start;
        let Some(length) = text[start..].find('}') else {
            continue;
        };
        let inner = text[start + 2..start + length].to_owned();
        let at = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let Some((variable, rest)) = at.map(|at| inner.split_at(at)) else {
            continue;
        };
        let rest = rest.strip_prefix(':').unwrap_or(rest);
        if let Some(default) = rest.strip_prefix(['-', '=']) {
            add(variable, default.trim_matches(['"', '\'']), depth + 1, pieces);
            text.replace_range(start..=start + length, default);
        }
    }
    text
}

/// The words of each command of a line, without their quotes.
fn split(text: &str) -> Vec<Vec<String>> {
    let mut commands = vec![Vec::new()];
    let (mut word, mut is_word, mut quote) = (String::new(), false, None);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some('"') | None, '\\') => match chars.next() {
                Some('\n') | None => {}
                Some(next) => word.push(next),
            },
            (None, '$') if matches!(chars.peek(), Some('\'' | '"')) => {}
            (None, '"' | '\'') => (quote, is_word) = (Some(c), true),
            (None, _) if c.is_whitespace() || ";&|()".contains(c) => {
                if is_word || !word.is_empty() {
                    commands
                        .last_mut()
                        .expect("never empty")
                        .push(std::mem::take(&mut word));
                }
                is_word = false;
                if !" \t()".contains(c) {
                    commands.push(Vec::new());
                }
            }
            _ => word.push(c),
        }
    }
    commands.last_mut().expect("never empty").push(word);
    for command in &mut commands {
        command.retain(|word| !word.is_empty());
    }
    commands.retain(|command| !command.is_empty());
    commands
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(pieces: &[Piece], name: &str, value: &str) -> bool {
        pieces.iter().any(|piece| piece.name == name && piece.value == value)
    }

    #[test]
    fn commands_name_values_in_many_ways() {
        for (command, name, value) in [
            (
                "java -Dspring.datasource.password=x -jar a.jar",
                "spring.datasource.password",
                "x",
            ),
            (
                "java -jar a.jar --spring.datasource.url=jdbc:mysql://h/d",
                "spring.datasource.url",
                "jdbc:mysql://h/d",
            ),
            ("export DB_HOST=h; ./serve", "DB_HOST", "h"),
            ("gunicorn --env DB_HOST=h", "DB_HOST", "h"),
            ("./serve -db-password x", "db-password", "x"),
            ("A=${A:-x} ./serve", "A", "x"),
            ("A=${B:-${C:=x}} ./serve", "C", "x"),
            ("A=$'x' ./serve", "A", "x"),
            ("sh -c \"A='x y' ./serve\"", "A", "x y"),
            ("npm config set //npm.example/:_authToken=x", "_authToken", "x"),
            ("mysql -h h -u root -px shop", "PASSWORD", "x"),
            ("mysql -h h -u root -px shop", "MYSQL_HOST", "h"),
            ("exec redis-cli -h h -a x ping", "PASSWORD", "x"),
            ("curl -fsS -u user:x https://shop.example", "PASSWORD", "x"),
            ("./serve --config '{\"db\": {\"host\": \"h\"}}'", "config_db_host", "h"),
            ("./serve -dsn 'app@tcp(h:3306)/d'", "dsn", "app@tcp(h:3306)/d"),
        ] {
            let pieces = of_command(command);
            assert!(has(&pieces, name, value), "{command}: {pieces:?}");
        }
        assert!(!of_command("mysql -p shop").iter().any(|piece| piece.name == "PASSWORD"));
    }

    #[test]
    fn values_can_be_documents() {
        for (text, name, value) in [
            ("{\"db\": {\"host\": \"h\"}}", "db_host", "h"),
            ("{'host': 'h', 'password': 'x'}", "password", "x"),
            ("db:\n  host: h\n  password: x\n", "db_password", "x"),
            ("[db]\nhost = \"h\"\npassword = \"x\"\n", "db_password", "x"),
            ("db_password: 'x'", "db_password", "x"),
            ("LEVEL=info\nexport A=x\n", "A", "x"),
            ("--db-password x --port 80", "db-password", "x"),
            ("-Xmx1g -Ddb.password=x", "db.password", "x"),
        ] {
            let pieces = of_value(text);
            assert!(has(&pieces, name, value), "{text}: {pieces:?}");
        }
        for text in ["hunter22", "https://shop.example/a", "${db.DATABASE_URL}"] {
            assert_eq!(of_value(text), [], "{text}");
        }
    }
}
