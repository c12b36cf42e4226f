//! Neutral verbs over clouds, a folder per cloud.
