//! The client as a `tower` service: what a library asks through it has the same deadlines, repeats, bounds and errors.

use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use tokio::sync::Mutex;
use tower_service::Service;

use super::client::Client;
use super::error::{ApiError, Problem, Unreachable};
use super::listing::Listing;
use super::retry::Repeat;

/// In the extensions of a request: it is for a page of this listing, and uses up what is left to it. How often a request
/// is sent stands there as a `Repeat`, where it is not what its method says.
pub(crate) type PageOf = Arc<Mutex<Listing>>;

/// In the extensions of an answer: it came from where a redirect led.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moved;

/// Only method, path and body are taken from a request: where it goes, the token and all other headers are the client's.
/// Its answers are successes, whole and within the bounds; everything else is an error.
impl<B> Service<Request<B>> for Client
where
    B: BodyExt<Data = Bytes> + Send + 'static,
{
    type Response = Response<Full<Bytes>>;
    type Error = ApiError;
    type Future = BoxFuture<'static, Result<Self::Response, ApiError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ApiError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let client = self.clone();
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
            let Ok(body) = body.collect().await else {
                // It never left this machine.
                let reason = Unreachable::Broken;
                let problem = Problem::Unreachable { reason, sent: false };
                return Err(client.error(head.method, path, problem));
            };
            let body = Some(body.to_bytes()).filter(|body| !body.is_empty());
            let repeat = head.extensions.get().copied();
            let repeat = repeat.unwrap_or_else(|| Repeat::of(&head.method));
            let reply = match head.extensions.get::<PageOf>() {
                Some(listing) => listing.lock().await.reply(path).await?,
                None => client.exchange(head.method, path, body.as_ref(), repeat).await?,
            };
            let mut answer = Response::new(Full::from(reply.body));
            *answer.headers_mut() = reply.headers;
            if reply.moved {
                answer.extensions_mut().insert(Moved);
            }
            Ok(answer)
        })
    }
}
