//! The body of an answer, up to a bound: a server that never ends must not fill the runner's memory.

use reqwest::Response;

use super::error::Problem;
use super::unreachable::unreachable_because;

/// Two hundred apps with their specs and deployments, the largest page that we ask for, take a tenth of this.
const LARGEST: usize = 32 << 20;

pub(super) async fn bounded(reply: Response) -> Result<Vec<u8>, Problem> {
    read(reply, LARGEST).await
}

async fn read(mut reply: Response, largest: usize) -> Result<Vec<u8>, Problem> {
    let status = reply.status().as_u16();
    let too_large = || Problem::too_large(status, largest);
    if reply.content_length().is_some_and(|length| length > largest as u64) {
        return Err(too_large());
    }
    let mut body = Vec::new();
    while let Some(piece) = reply.chunk().await.map_err(|error| unreachable_because(&error))? {
        if body.len() + piece.len() > largest {
            return Err(too_large());
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reqwest::{Response, StatusCode};

    use super::read;
    use crate::net::error::{Problem, problem_of};

    fn reply(body: Vec<u8>) -> Response {
        Response::from(http::Response::new(body))
    }

    proptest! {
        #[test]
        fn whatever_its_size_a_body_is_read_whole_or_not_at_all(body in prop::collection::vec(any::<u8>(), 0..300), largest in 0..300_usize) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
            let got = runtime.block_on(read(reply(body.clone()), largest));
            match got {
                Ok(got) => prop_assert!(got == body && body.len() <= largest),
                Err(Problem::NotJson { status: 200, .. }) => prop_assert!(body.len() > largest),
                Err(other) => prop_assert!(false, "{:?}", other),
            }
        }

        #[test]
        fn whatever_an_error_says_it_is_one_short_line(
            body in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..200),
                (any::<String>(), any::<String>(), ".{0,700}").prop_map(|(message, code, field)| {
                    serde_json::json!({"message": message, "errors": [{"code": code, "field": field}, code, 7, null]}).to_string().into_bytes()
                }),
            ],
            status in 400..600_u16,
        ) {
            let headers = reply(Vec::new()).headers().clone();
            prop_assert!(StatusCode::from_u16(status).is_ok());
            let Problem::Status { message, .. } = problem_of(status, &headers, &body) else {
                return Err(TestCaseError::fail("another problem"));
            };
            prop_assert!(message.chars().count() <= 501 && !message.contains(['\n', '\r']), "{:?}", message);
        }
    }
}
