//! The body of an answer, up to a bound: a server that never ends must not fill the runner's memory.

use reqwest::Response;

use super::error::Problem;
use super::unreachable::unreachable_because;

/// Two hundred apps with their specs and deployments, the largest page that we ask for, take a tenth of this.
const LARGEST: usize = 32 << 20;

pub(super) async fn bounded(mut reply: Response) -> Result<Vec<u8>, Problem> {
    let status = reply.status().as_u16();
    let too_large = || Problem::NotJson {
        status,
        looks_like: format!("more than {} MiB", LARGEST >> 20),
    };
    if reply.content_length().is_some_and(|length| length > LARGEST as u64) {
        return Err(too_large());
    }
    let mut body = Vec::new();
    while let Some(piece) = reply.chunk().await.map_err(|error| unreachable_because(&error))? {
        if body.len() + piece.len() > LARGEST {
            return Err(too_large());
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}
