//! What prepares a database: which commands do, and how they run in front of a service's own start.

use super::announcement::Announcement;
use super::env::Env;
use super::env::notation::Notation;
use super::shell::{self, Step};

/// Words of commands that change a database's schema, in a start command that does so before it serves.
const MIGRATES: [&str; 12] = [
    "migrat",     // Django, Laravel, Knex, TypeORM, Sequelize, Flyway, Prisma, Ecto, golang-migrate
    "db push",    // Prisma
    "db:prepare", // Rails
    "db:schema",
    "db:setup",
    "db:push", // npm scripts around Prisma and Drizzle
    "alembic",
    "liquibase",
    "drizzle-kit push",
    "syncdb",
    "goose ",
    "atlas schema",
];

/// Words of commands that fill a database.
const FILLS: [&str; 3] = [
    "seed",     // Rails, Laravel, Prisma, Knex, Ecto
    "fixture",  // Doctrine, TypeORM
    "loaddata", // Django
];

/// Whether a command says that it changes a database's schema or fills it.
pub(crate) fn prepares(command: &str) -> bool {
    let command = command.to_lowercase();
    MIGRATES.iter().chain(&FILLS).any(|word| command.contains(word))
}

/// Whether a command says that it changes a database's schema.
pub(crate) fn migrates(command: &str) -> bool {
    let command = command.to_lowercase();
    MIGRATES.iter().any(|word| command.contains(word))
}

/// The steps between the lines by which the log tells them from the service.
pub(crate) fn announced(steps: Vec<Step>, announcement: &Announcement) -> Vec<Step> {
    let say = |line: &str| plain(format!("echo {}", shell::quote(line)));
    let mut announced = vec![say(&announcement.begins())];
    announced.extend(steps);
    announced.push(say(&announcement.succeeded()));
    announced
}

/// A command where the service starts and with its envs.
pub(crate) fn plain(command: String) -> Step {
    Step {
        command,
        ..Step::default()
    }
}

/// What a job's command needs of the job's envs, to run inside of a service.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Surroundings<'a> {
    /// Names and values as the shell reads them.
    pub(crate) exports: Vec<(String, String)>,
    /// What must not or cannot stand in a command (a secret, a value that the platform fills in): the service gets it as an
    /// env of this name.
    pub(crate) carried: Vec<(String, Env<'a>)>,
}

/// The job's envs where the service has another value, all as they are at run time. The app's own reach both.
pub(crate) fn surroundings<'a>(
    job: &[Env<'a>],
    app: &[Env<'a>],
    service: &[Env<'a>],
    notation: &dyn Notation,
) -> Surroundings<'a> {
    let inherited = app.iter().filter(|env| job.iter().all(|own| own.key != env.key));
    let mut found = Surroundings::default();
    for env in job.iter().chain(inherited) {
        let of_service = {
            let carried = found.carried.iter().map(|(name, it)| (name.as_str(), it.value));
            let own = service.iter().map(|it| (it.key, it.value));
            let mut seen = own.chain(carried).chain(app.iter().map(|it| (it.key, it.value)));
            seen.find(|(key, _)| *key == env.key).map(|(_, value)| value)
        };
        if of_service == Some(env.value) {
            continue;
        }
        if !env.is_secret && !notation.is_filled_in(env.value) {
            found.exports.push((env.key.to_owned(), shell::quote(env.value)));
            continue;
        }
        let carrier = match of_service {
            None => env.key.to_owned(),
            Some(_) => format!("PREPARE_{}", env.key),
        };
        if carrier != env.key {
            found.exports.push((env.key.to_owned(), format!("\"${carrier}\"")));
        }
        found.carried.push((carrier, *env));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::env::tests::BRACES;

    #[test]
    fn a_start_command_may_change_the_database_too() {
        for (command, changes) in [
            ("npx prisma migrate deploy; npm run start", true),
            ("prisma db push --accept-data-loss && node server.js", true),
            ("python manage.py migrate && gunicorn app", true),
            ("alembic upgrade head && uvicorn app:app", true),
            ("bin/rails db:prepare && bin/rails server", true),
            ("gunicorn app.wsgi", false),
            ("", false),
        ] {
            assert_eq!(migrates(command), changes, "{command}");
        }
        assert!(prepares("python manage.py loaddata shop") && !migrates("python manage.py loaddata shop"));
    }

    fn env<'a>(key: &'a str, value: &'a str) -> Env<'a> {
        Env {
            key,
            value,
            ..Env::default()
        }
    }

    #[test]
    fn a_job_finds_its_own_values_in_the_service() {
        let secret = Env {
            is_secret: true,
            ..env("KEY", "")
        };
        let job = [
            env("LEVEL", "debug mode"),
            env("SAME", "1"),
            env("URL", "${db.DATABASE_URL}"),
            env("HOST", "${db.HOSTNAME}"),
            secret,
        ];
        let app = [env("EVERYWHERE", "1")];
        let service = [env("LEVEL", "info"), env("SAME", "1"), env("URL", "x")];
        let found = surroundings(&job, &app, &service, BRACES);
        let text = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(
            found.exports,
            [text("LEVEL", "'debug mode'"), text("URL", "\"$PREPARE_URL\"")]
        );
        let carried = |name: &str, it: Env<'static>| (name.to_owned(), it);
        assert_eq!(
            found.carried,
            [
                carried("PREPARE_URL", job[2]),
                carried("HOST", job[3]),
                carried("KEY", secret)
            ]
        );
    }
}
