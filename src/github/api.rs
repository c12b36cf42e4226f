//! GitHub's API through octocrab, which sends over our own client.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::BodyExt as _;
use http_body_util::combinators::BoxBody;
use octocrab::{AuthState, Error, FromResponse, Octocrab, OctocrabBuilder};
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;

use crate::net::answer::decode;
use crate::net::client::Client;
use crate::net::error::{ApiError, Problem, Unreachable};
use crate::net::links;
use crate::net::retry::Repeat;
use crate::net::service::{Moved, PageOf};

/// Without query or body.
const NOTHING: Option<&()> = None;

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Api {
    /// It has the token, which octocrab never sees.
    pub(super) client: Client,
    octocrab: Octocrab,
}

/// An answer, read as those of every API are: what octocrab reads may go on after its JSON, and its error says nothing of
/// a body that is none.
struct Answer<T> {
    body: Result<T, Problem>,
    head: Head,
}

struct Head {
    headers: HeaderMap,
    moved: bool,
}

impl<T: DeserializeOwned> FromResponse for Answer<T> {
    async fn from_response<B>(response: Response<B>) -> octocrab::Result<Self>
    where
        B: Body<Data = Bytes, Error = Error> + Send,
    {
        let (head, body) = response.into_parts();
        Ok(Self {
            body: decode(&body.collect().await?.to_bytes()),
            head: Head {
                moved: head.extensions.get::<Moved>().is_some(),
                headers: head.headers,
            },
        })
    }
}

impl Api {
    /// Only inside a runtime: octocrab's queue is a task of it.
    pub(super) fn over(client: Client) -> Self {
        let builder = OctocrabBuilder::new_empty().with_service(client.clone());
        let Ok(octocrab) = builder.with_auth(AuthState::None).build();
        Self { client, octocrab }
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ApiError> {
        Ok(self.get_moved(path).await?.0)
    }

    /// The same, and whether what answered is where a redirect led.
    pub(super) async fn get_moved<T: DeserializeOwned>(&self, path: &str) -> Result<(T, bool), ApiError> {
        let answer = self.octocrab.get::<Answer<T>, _, _>(path, NOTHING).await;
        let (body, head) = self.read(&Method::GET, path, answer)?;
        Ok((body, head.moved))
    }

    /// Makes something. Not repeated after an unclear error: look first whether it is there.
    pub(super) async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, ApiError> {
        let answer = self.octocrab.post::<_, Answer<T>>(path, Some(body)).await;
        Ok(self.read(&Method::POST, path, answer)?.0)
    }

    /// Adds what shows the same however often it is added. Any 2xx is success.
    pub(super) async fn post_freely(&self, path: &str, body: &impl Serialize) -> Result<(), ApiError> {
        let answer = self.send(Method::POST, path, Some(body), Repeat::Freely).await;
        answer.map(drop).map_err(|error| self.error(&Method::POST, path, error))
    }

    /// Sets what is the same however often it is set.
    pub(super) async fn patch<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, ApiError> {
        let answer = match self.send(Method::PATCH, path, Some(body), Repeat::Freely).await {
            Ok(response) => Answer::from_response(response).await,
            Err(error) => Err(error),
        };
        Ok(self.read(&Method::PATCH, path, answer)?.0)
    }

    /// Any 2xx is success.
    pub(super) async fn delete(&self, path: &str) -> Result<(), ApiError> {
        let answer = self.octocrab._delete(path, NOTHING).await;
        answer
            .map(drop)
            .map_err(|error| self.error(&Method::DELETE, path, error))
    }

    /// A listing's first page, and those that follow.
    pub(super) fn listing(&self) -> Listing {
        Listing {
            api: self.clone(),
            left: Arc::new(Mutex::new(self.client.listing())),
        }
    }

    /// `terms` is what `net/service.rs` looks for in a request's extensions.
    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
        terms: impl Clone + Send + Sync + 'static,
    ) -> octocrab::Result<Response<BoxBody<Bytes, Error>>> {
        let builder = Request::builder().method(method).uri(path).extension(terms);
        self.octocrab.execute(self.octocrab.build_request(builder, body)?).await
    }

    fn read<T>(&self, method: &Method, path: &str, answer: octocrab::Result<Answer<T>>) -> Result<(T, Head), ApiError> {
        let answer = answer.map_err(|error| self.error(method, path, error))?;
        let body = answer.body;
        let body = body.map_err(|problem| self.client.error(method.clone(), path, problem))?;
        Ok((body, answer.head))
    }

    /// Our client's errors come back as they were.
    fn error(&self, method: &Method, path: &str, error: Error) -> ApiError {
        let problem = match error {
            Error::Service { source, .. } => match source.downcast::<ApiError>() {
                Ok(ours) => return *ours,
                // The queue is gone, perhaps with the request.
                Err(_) => Problem::Unreachable {
                    reason: Unreachable::Broken,
                    sent: true,
                },
            },
            _ => Problem::Status {
                status: 400,
                message: "this path is not one of a URL: the request was not sent".to_owned(),
                request_id: None,
            },
        };
        self.client.error(method.clone(), path, problem)
    }
}

/// The pages of a listing, which together have a bound of bytes and of time.
#[derive(Debug)]
pub(super) struct Listing {
    api: Api,
    left: PageOf,
}

/// Not octocrab's, which reads a page as JSON of any shape first: 32 MiB of it can take more than a gigabyte. It also takes
/// an object with `items` or `jobs` for a list, and prints what it does not know in a `Link` header as it is.
#[derive(Debug)]
pub(super) struct Page<T> {
    pub(super) body: T,
    /// Path and query of `Link: rel="next"`.
    pub(super) next: Option<String>,
    /// The number of the last page, where `Link: rel="last"` gives one.
    pub(super) last: Option<usize>,
}

impl Listing {
    /// # Errors
    /// Those of the request, and where the listing is too long or too large: the caller has not seen all of it.
    pub(super) async fn page<T: DeserializeOwned>(&mut self, path: &str) -> Result<Page<T>, ApiError> {
        let answer = match self.api.send(Method::GET, path, NOTHING, self.left.clone()).await {
            Ok(response) => Answer::<T>::from_response(response).await,
            Err(error) => Err(error),
        };
        let (body, head) = self.api.read(&Method::GET, path, answer)?;
        Ok(Page {
            body,
            next: self.api.client.next_path(&head.headers),
            last: links::last_page(&head.headers),
        })
    }
}

#[cfg(test)]
mod tests;
