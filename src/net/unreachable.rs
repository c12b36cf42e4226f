//! Why a request got no answer: from the HTTP client's chain of errors to the word for it.

use super::error::{Problem, Unreachable};

/// Why a request got no answer, and whether it may have been carried out.
pub(crate) fn unreachable_because(error: &reqwest::Error) -> Problem {
    let reason = if error.is_timeout() {
        Unreachable::Timeout
    } else {
        reason_of(error)
    };
    Problem::Unreachable {
        reason,
        sent: !error.is_connect(),
    }
}

/// Looks for the cause in the chain of errors: by type where the type is known, else by its words.
fn reason_of(error: &(dyn std::error::Error + 'static)) -> Unreachable {
    let mut next = Some(error);
    while let Some(cause) = next {
        // What an I/O error wraps is not part of the chain.
        let io = cause.downcast_ref::<std::io::Error>();
        let inner = io
            .and_then(|io| io.get_ref())
            .map(|inner| inner as &(dyn std::error::Error + 'static));
        let tls = cause.downcast_ref::<rustls::Error>();
        if let Some(tls) = tls.or_else(|| inner.and_then(|inner| inner.downcast_ref::<rustls::Error>())) {
            return if is_untrusted(tls) {
                Unreachable::Untrusted
            } else {
                Unreachable::Tls
            };
        }
        match io.map(std::io::Error::kind) {
            Some(std::io::ErrorKind::ConnectionRefused) => return Unreachable::Refused,
            Some(std::io::ErrorKind::TimedOut) => return Unreachable::Timeout,
            _ => {}
        }
        let words = cause.to_string().to_ascii_lowercase();
        if words.contains("dns error") || words.contains("failed to lookup") {
            return Unreachable::Dns;
        }
        if words.contains("tunnel error") {
            return Unreachable::Tunnel;
        }
        next = match inner {
            Some(inner) => Some(inner),
            None => cause.source(),
        };
    }
    Unreachable::Broken
}

/// Whether a certificate is valid, but for its authority.
fn is_untrusted(error: &rustls::Error) -> bool {
    use rustls::CertificateError as Bad;
    let rustls::Error::InvalidCertificate(why) = error else {
        return false;
    };
    !matches!(
        why,
        Bad::Expired
            | Bad::ExpiredContext { .. }
            | Bad::NotValidYet
            | Bad::NotValidYetContext { .. }
            | Bad::NotValidForName
            | Bad::NotValidForNameContext { .. }
            | Bad::Revoked
    )
}
