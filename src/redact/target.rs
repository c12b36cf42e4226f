//! A redactor that has been given the secrets of one app: the only way to read what that app wrote.

use super::lines::Lines;
use super::redactor::Redactor;
use super::secret::Secret;
use super::strip::strip;
use super::untrusted::{Clean, Untrusted};

/// What is known of an app's secrets.
#[derive(Clone, Debug, Default)]
pub(crate) struct TargetSecrets {
    /// Names of envs whose values are secret; most values are known to the platform alone.
    pub(crate) names: Vec<String>,
    pub(crate) values: Vec<Secret>,
    /// Values that we made or the repository shows, which are no secrets whatever their names say.
    pub(crate) public: Vec<String>,
}

/// Opens the foreign text of one app. Made by [`Redactor::for_target`] alone, so that no log is read whose secrets
/// were not asked for before.
#[derive(Clone, Debug)]
pub(crate) struct TargetRedactor(Redactor);

impl Redactor {
    /// All clones of this redactor know those secrets from now on. Returns the forms that were not known before.
    pub(crate) fn for_target(&self, secrets: &TargetSecrets) -> (TargetRedactor, Vec<String>) {
        secrets.public.iter().for_each(|value| self.publish(value));
        secrets.names.iter().for_each(|name| self.register_name(name));
        let forms = secrets.values.iter().flat_map(|secret| self.register(secret)).collect();
        (TargetRedactor(self.clone()), forms)
    }
}

impl Redactor {
    /// A line that was cleaned before more was known.
    pub(crate) fn again(&self, line: &Clean) -> Clean {
        Clean::new(self.clean(&strip(line)))
    }
}

impl TargetRedactor {
    /// One line for people: without escape sequences and what hides or reorders text.
    pub(crate) fn line(&self, text: &Untrusted) -> Clean {
        Clean::new(self.0.clean(&strip(text.raw())))
    }

    /// The lines of one log for people, those that only their neighbours give away among them.
    pub(crate) fn lines<'t>(&self, lines: impl IntoIterator<Item = &'t Untrusted>) -> Vec<Clean> {
        let lines = lines.into_iter().map(|line| strip(line.raw()));
        self.0.clean_lines(lines).into_iter().map(Clean::new).collect()
    }

    /// The lines of one log for programs, which get what was printed. Where something is hidden in a line, it is the
    /// line for people: characters that show nothing may part a secret.
    pub(crate) fn lines_as_printed<'t>(&self, lines: impl IntoIterator<Item = &'t Untrusted> + Clone) -> Vec<Clean> {
        let printed = lines.clone().into_iter();
        let as_printed = |(line, clean): (&Untrusted, Clean)| {
            if *clean == *strip(line.raw()) {
                Clean::new(line.raw().to_owned())
            } else {
                clean
            }
        };
        printed.zip(self.lines(lines)).map(as_printed).collect()
    }

    /// For lines of one log that come one after the other.
    pub(crate) fn following(&self) -> Following {
        Following(self.0.lines())
    }
}

/// A log that is still being written.
#[derive(Debug)]
pub(crate) struct Following(Lines);

impl Following {
    pub(crate) fn line(&mut self, text: &Untrusted) -> Clean {
        Clean::new(self.0.clean(&strip(text.raw())))
    }
}

#[cfg(test)]
mod tests {
    use super::TargetSecrets;
    use crate::redact::{Redactor, Secret, Untrusted};

    #[test]
    fn opens_foreign_text_without_the_secrets_of_its_app() {
        let secrets = TargetSecrets {
            names: vec!["API_KEY".to_owned()],
            values: Secret::new("hunter_2222").into_iter().collect(),
            public: Vec::new(),
        };
        let (redactor, forms) = Redactor::new().for_target(&secrets);
        assert!(forms.contains(&"hunter_2222".to_owned()));
        let text = ["\u{1b}[31mAPI_KEY=a b", "x hunter\u{200b}_2222 y", "a\tb \u{1b}[0m"].map(Untrusted::new);
        let read = |lines: Vec<super::Clean>| lines.iter().map(|line| line.to_string()).collect::<Vec<_>>();
        assert_eq!(read(redactor.lines(&text)), ["API_KEY=***", "x *** y", "a b"]);
        assert_eq!(
            read(redactor.lines_as_printed(&text)),
            ["API_KEY=***", "x *** y", "a\tb \u{1b}[0m"]
        );
        assert_eq!(format!("{text:?}"), "[Untrusted, Untrusted, Untrusted]");
    }
}
