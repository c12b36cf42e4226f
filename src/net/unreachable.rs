//! Why a request got no answer: from the HTTP client's chain of errors to the word for it.

use super::error::{Problem, Unreachable};
use super::trust::{UnknownIssuer, is_untrusted};

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
            return match is_untrusted(tls) {
                true => Unreachable::Untrusted(issuer_of(tls)),
                false => Unreachable::Tls,
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

/// Whom the certificate names, where that is what is unknown.
fn issuer_of(error: &rustls::Error) -> Option<String> {
    let rustls::Error::InvalidCertificate(rustls::CertificateError::Other(other)) = error else {
        return None;
    };
    other.0.downcast_ref::<UnknownIssuer>()?.issuer.clone()
}
