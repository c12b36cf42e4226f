//! Looks until everything answers well several times in a row, or the time is over.

use std::time::Duration;

use super::observation::Observation;
use super::probe::Prober;
use super::remark::unknown_host;
use super::target::{Expect, Target};
use crate::model::failure::Failure;
use crate::wait::{Cancelled, Deadline, Wait};

/// Pause between looks while the answers are good, and while they are not.
const AFTER_GOOD: Duration = Duration::from_secs(1);
const AFTER_BAD: Duration = Duration::from_secs(2);

/// Longest pause that a waking app may ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// So many equal answers in a row, half a minute of them, say that the way there is closed. Before, they may be the
/// edge's, which does not know the new version yet.
const STEADY: u32 = 15;

/// Even a deadline that is over leaves this long for the answer to a request.
const LAST_CHANCE: Duration = Duration::from_secs(2);

/// What the probe adds up to.
#[derive(Clone, Debug)]
pub(crate) enum HealthVerdict {
    /// Every target answered as expected, several times in a row; the last time thus.
    Good(Vec<(Target, Observation)>),
    /// The app is bad, as this target showed until the end.
    Bad { target: Target, observation: Observation },
    /// The probe got no verdict: the way to the app is blocked.
    Unknown { target: Target, observation: Observation },
}

impl HealthVerdict {
    /// Whether it is bad by a check that someone configured, not by a guess at what a good answer is.
    pub(crate) fn is_bad_as_configured(&self) -> bool {
        matches!(self, Self::Bad { target, observation } if is_as_configured(target, observation))
    }

    /// Redirects have no end.
    pub(crate) fn is_endless(&self) -> bool {
        matches!(
            self,
            Self::Bad {
                observation: Observation::Endless { .. },
                ..
            }
        )
    }

    /// The status with which the app keeps the path of the platform's own check from requests from outside.
    pub(crate) fn kept_inside(&self) -> Option<(&Target, u16)> {
        match self {
            Self::Bad {
                target,
                observation: Observation::Wrong { status, .. },
            } if target.inside && (400..500).contains(status) => Some((target, *status)),
            _ => None,
        }
    }

    /// The status below 500 that was wrong.
    pub(crate) fn refused(&self) -> Option<u16> {
        match self {
            Self::Bad {
                observation: Observation::Wrong { status, .. },
                ..
            } if *status < 500 => Some(*status),
            _ => None,
        }
    }

    /// What people read of it; `None`: it is good.
    pub(crate) fn failure(&self) -> Option<Failure> {
        let (failure, target, observation) = match self {
            Self::Good(_) => return None,
            Self::Bad { target, observation } => (Failure::bad as fn(String) -> Failure, target, observation),
            Self::Unknown { target, observation } => (Failure::unknown as fn(String) -> Failure, target, observation),
        };
        let (url, expected) = (&target.url, &target.expected);
        if let Observation::Blocked(obstacle) = observation {
            let next = obstacle.next(url.host_str().unwrap_or_default());
            let what = format!("`{url}` could not be asked from here");
            return Some(failure(what).why(obstacle.to_string()).next(next));
        }
        let failure = match &target.host {
            None => failure(format!("`{url}` does not answer as expected")),
            Some(host) => failure(format!("`{host}` does not answer as expected at `{url}`")),
        };
        Some(match observation {
            Observation::Up { .. } | Observation::Blocked(_) => failure,
            Observation::Wrong { status: 400, .. } => failure
                .why(format!("{observation} instead of {expected}; {}", unknown_host(target)))
                .next("read what the app logs when it is asked"),
            Observation::Endless { .. } => failure
                .why(format!(
                    "it {observation} at `{}`; TLS ends at the platform's edge, so an app that insists on HTTPS has to \
                     trust the header `X-Forwarded-Proto`",
                    url.path()
                ))
                .next("read what the app logs when it is asked"),
            Observation::Wrong { .. } => failure
                .why(format!("{observation} instead of {expected}"))
                .next("read what the app logs when it is asked"),
            Observation::Waking { .. } => failure
                .why("it kept waking up")
                .next("a slow start needs a longer `[health] timeout`; else read what the app logs at its start"),
            Observation::Down { .. } => failure
                .why(observation.to_string())
                .next("check the host name and the network; if they are right, read what the app logs"),
        })
    }
}

/// `on_change` hears of every target's first observation and of every different one.
pub(crate) async fn watch(
    prober: &Prober,
    targets: &[Target],
    deadline: Deadline,
    wait: &Wait,
    successes_in_a_row: u32,
    on_change: &mut dyn FnMut(&Target, &Observation),
) -> Result<HealthVerdict, Cancelled> {
    let mut shown: Vec<Option<Observation>> = vec![None; targets.len()];
    let mut in_a_row = 0;
    let mut steady = Steady::default();
    loop {
        let mut observations = Vec::new();
        for (target, shown) in targets.iter().zip(&mut shown) {
            // A row of good answers that has begun may end after the deadline, however long each of them takes.
            let most = match in_a_row {
                0 => deadline.remaining().max(LAST_CHANCE),
                _ => Duration::MAX,
            };
            let observation = prober.probe_until_cancelled(target, most, wait).await?;
            if shown.as_ref().is_none_or(|shown| observation.differs_from(shown)) {
                on_change(target, &observation);
            }
            *shown = Some(observation.clone());
            observations.push((target.clone(), observation));
        }
        match worst(&observations) {
            None => in_a_row += 1,
            Some(_) => in_a_row = 0,
        }
        if in_a_row >= successes_in_a_row.max(1) {
            return Ok(HealthVerdict::Good(observations));
        }
        // The deadline is for finding a good answer: it does not end a row that has begun.
        if let Some((target, observation)) = worst(&observations)
            && (steady.decides(target, observation) || deadline.is_over())
        {
            return Ok(against(target.clone(), observation.clone()));
        }
        wait.sleep(pause(in_a_row, &observations)).await?;
    }
}

/// How often the same wrong answer was given in a row.
#[derive(Default)]
struct Steady {
    last: Option<(Target, Observation)>,
    times: u32,
}

impl Steady {
    /// What is in the way does not go away by waiting: a proxy, a domain's records, an app that keeps the platform's own
    /// check from requests from outside or that turns the platform's host away, redirects without an end. Anything else may pass: routes can be
    /// mounted late.
    fn decides(&mut self, target: &Target, observation: &Observation) -> bool {
        let lasts = match observation {
            Observation::Wrong { status, .. } => (target.inside || target.beside_domain) && *status < 500,
            Observation::Blocked(obstacle) => obstacle.is_lasting(),
            Observation::Endless { .. } => true,
            // Records and certificates of a domain take longer than this run waits.
            Observation::Down { .. } => target.own_domain && !observation.proves_bad(),
            _ => false,
        };
        if !lasts {
            *self = Self::default();
            return false;
        }
        let same = self
            .last
            .as_ref()
            .is_some_and(|(known, last)| known == target && !observation.differs_from(last));
        self.times = if same { self.times + 1 } else { 1 };
        self.last = Some((target.clone(), observation.clone()));
        self.times >= STEADY
    }
}

fn against(target: Target, observation: Observation) -> HealthVerdict {
    if observation.proves_bad() {
        HealthVerdict::Bad { target, observation }
    } else {
        HealthVerdict::Unknown { target, observation }
    }
}

/// The observation that counts against the app most: one that proves something before one that does not, a configured
/// check before a guess.
fn worst(observations: &[(Target, Observation)]) -> Option<&(Target, Observation)> {
    let bad = observations.iter().filter(|(_, observation)| !observation.is_up());
    // Of equal ones the first.
    bad.rev()
        .max_by_key(|(target, observation)| (observation.proves_bad(), is_as_configured(target, observation)))
}

/// Whether it is what someone configured that answers wrongly. A redirect that is as configured may lead to what is
/// not good, but that is a guess.
fn is_as_configured(target: &Target, observation: &Observation) -> bool {
    target.expected != Expect::Below500 && !observation.is_behind_redirect()
}

fn pause(in_a_row: u32, observations: &[(Target, Observation)]) -> Duration {
    let asked = observations.iter().find_map(|(_, observation)| match observation {
        Observation::Waking { retry_after } => *retry_after,
        _ => None,
    });
    match asked {
        Some(asked) => asked.clamp(AFTER_GOOD, LONGEST_PAUSE),
        None if in_a_row > 0 => AFTER_GOOD,
        None => AFTER_BAD,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use tokio::sync::watch::channel;

    use super::{HealthVerdict, watch};
    use crate::health::{Expect, Prober, Target};
    use crate::model::failure::Kind;
    use crate::wait::{Deadline, Wait};

    /// Answers one request after another, the last answer for ever; gives the verdict and what was seen.
    fn judge(statuses: &'static [&'static str], total: Duration) -> (HealthVerdict, Vec<String>) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let url = format!("http://{}/", listener.local_addr().expect("bound"));
            let server = async {
                for turn in 0.. {
                    let (mut stream, _) = listener.accept().await.expect("a connection");
                    let _length = stream.read(&mut [0; 4096]).await.expect("a request");
                    let status = statuses[turn.min(statuses.len() - 1)];
                    let reply = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                    stream.write_all(reply.as_bytes()).await.expect("written");
                }
            };
            let (_sender, cancelled) = channel(None);
            let wait = Wait::new(0.0001, cancelled);
            let target = Target::new(url.parse().expect("a URL"), Expect::Status(200)).that_may_sleep();
            let mut answers_seen = Vec::new();
            let mut on_change = |_: &Target, seen: &crate::health::Observation| answers_seen.push(seen.to_string());
            let prober = Prober::new().expect("a client");
            let targets = [target];
            let watching = watch(&prober, &targets, Deadline::after(total), &wait, 3, &mut on_change);
            let verdict = tokio::select! {
                verdict = watching => verdict.expect("not cancelled"),
                () = server => unreachable!("the server never ends"),
            };
            (verdict, answers_seen)
        })
    }

    #[test]
    fn good_takes_several_good_answers_in_a_row() {
        let answers = &[
            "503 Waking\r\nretry-after: 1",
            "200 OK",
            "502 Bad Gateway",
            "200 OK",
            "200 OK",
            "200 OK",
        ];
        let (verdict, answers_seen) = judge(answers, Duration::from_secs(60));
        assert!(matches!(verdict, HealthVerdict::Good(_)), "{verdict:?}");
        assert_eq!(answers_seen, ["waking up", "200", "502", "200"]);
    }

    #[test]
    fn routes_that_are_mounted_late_have_all_the_time_there_is() {
        const ANSWERS: &[&str] = &{
            let mut answers = ["404 Not Found"; 43];
            answers[40] = "200 OK";
            answers[41] = "200 OK";
            answers[42] = "200 OK";
            answers
        };
        let (verdict, answers_seen) = judge(ANSWERS, Duration::from_secs(60));
        assert!(matches!(verdict, HealthVerdict::Good(_)), "{verdict:?}");
        assert_eq!(answers_seen, ["404", "200"]);
    }

    #[test]
    fn a_wrong_answer_until_the_end_is_bad() {
        let (verdict, answers_seen) = judge(&["404 Not Found"], Duration::ZERO);
        assert_eq!(answers_seen, ["404"]);
        let failure = verdict.failure().expect("bad");
        assert_eq!(failure.kind, Kind::Bad);
        assert_eq!(failure.why.as_deref(), Some("404 instead of 200"));
    }
}
