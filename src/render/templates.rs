//! The templates, compiled once, with the helpers that every foreign string goes through.

use std::sync::LazyLock;

use handlebars::{Handlebars, handlebars_helper, no_escape};
use serde::Serialize;

use super::markdown;

static TEMPLATES: LazyLock<Handlebars<'static>> = LazyLock::new(|| {
    handlebars_helper!(prose: |text: str| markdown::prose(text));
    handlebars_helper!(code: |text: str| markdown::code(text));
    handlebars_helper!(html: |text: str| markdown::html(text));
    handlebars_helper!(fenced: |language: str, lines: Vec<String>| markdown::fenced(language, &lines));
    handlebars_helper!(sentence: |text: str| markdown::sentence(text));
    handlebars_helper!(plural: |count: u64, noun: str| crate::model::count::plural(count, noun));
    let mut templates = Handlebars::new();
    templates.set_strict_mode(true);
    templates.register_escape_fn(no_escape);
    templates.register_helper("prose", Box::new(prose));
    templates.register_helper("code", Box::new(code));
    templates.register_helper("html", Box::new(html));
    templates.register_helper("fenced", Box::new(fenced));
    templates.register_helper("sentence", Box::new(sentence));
    templates.register_helper("plural", Box::new(plural));
    for (name, text) in [
        ("apps", include_str!("templates/apps.hbs")),
        ("comment", include_str!("templates/comment.hbs")),
        ("commit", include_str!("templates/commit.hbs")),
        ("heading", include_str!("templates/heading.hbs")),
        ("section", include_str!("templates/section.hbs")),
        ("headline", include_str!("templates/headline.hbs")),
        ("served", include_str!("templates/served.hbs")),
        ("details", include_str!("templates/details.hbs")),
        ("notes", include_str!("templates/notes.hbs")),
        ("facts", include_str!("templates/facts.hbs")),
        ("table", include_str!("templates/table.hbs")),
        ("summary", include_str!("templates/summary.hbs")),
        ("production", include_str!("templates/production.hbs")),
        ("rolled_back", include_str!("templates/rolled_back.hbs")),
        ("listing", include_str!("templates/listing.hbs")),
        ("standings", include_str!("templates/standings.hbs")),
        ("answer", include_str!("templates/answer.hbs")),
    ] {
        templates
            .register_template_string(name, text.trim_end())
            .expect("the templates are part of the program and compile");
    }
    templates
});

/// The template's text, with blank lines no more than one at a time.
pub(super) fn render(name: &str, view: &impl Serialize) -> String {
    let text = TEMPLATES
        .render(name, view)
        .expect("the views have every field that the templates name");
    let mut tidy = String::with_capacity(text.len());
    let mut blank = true;
    for line in text.lines().map(str::trim_end) {
        if !(blank && line.is_empty()) {
            tidy.push_str(line);
            tidy.push('\n');
        }
        blank = line.is_empty();
    }
    tidy.truncate(tidy.trim_end().len());
    tidy
}
