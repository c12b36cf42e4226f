//! GitHub Flavored Markdown as GitHub shows it: parsed, then cleaned of everything that GitHub takes out.

use std::sync::LazyLock;

use ammonia::Builder;
use comrak::{Options, markdown_to_html};

/// <https://github.github.com/gfm/>: tables, task lists, strikethrough, bare addresses.
static OPTIONS: LazyLock<Options<'static>> = LazyLock::new(|| {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.tasklist = true;
    options.extension.strikethrough = true;
    options.extension.autolink = true;
    // A comment's line breaks are kept on GitHub.
    options.render.hardbreaks = true;
    // The sanitizer decides about HTML.
    options.render.r#unsafe = true;
    options
});

/// Images are left out: nothing on the page may be loaded from elsewhere.
static SANITIZER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut sanitizer = Builder::default();
    sanitizer
        .rm_tags(["img", "map", "area"])
        .add_tags(["input"])
        .add_tag_attributes("input", ["type", "checked", "disabled"])
        .add_tag_attributes("details", ["open"])
        .set_tag_attribute_value("input", "type", "checkbox")
        .set_tag_attribute_value("input", "disabled", "")
        .link_rel(Some("noopener noreferrer nofollow"));
    sanitizer
});

/// A comment's or a description's text as HTML.
pub(crate) fn html(markdown: &str) -> String {
    SANITIZER.clean(&markdown_to_html(markdown, &OPTIONS)).to_string()
}

#[cfg(test)]
mod tests {
    use super::html;

    #[test]
    fn comments_are_shown_as_github_shows_them() {
        insta::assert_snapshot!(html(
            "<!-- hidden -->\n### ✅ Ready\n\n| App | State |\n|---|---|\n| shop | [Open](https://shop.example) |\n\n\
             <details open><summary>Last lines of <code>web</code></summary>\n\n```text\n<b>no\n```\n\n</details>\n\n\
             - [x] `done` ~~gone~~ https://bare.example\n"
        ), @r#"
        <h3>✅ Ready</h3>
        <table>
        <thead>
        <tr>
        <th>App</th>
        <th>State</th>
        </tr>
        </thead>
        <tbody>
        <tr>
        <td>shop</td>
        <td><a href="https://shop.example" rel="noopener noreferrer nofollow">Open</a></td>
        </tr>
        </tbody>
        </table>
        <details open=""><summary>Last lines of <code>web</code></summary>
        <pre><code>&lt;b&gt;no
        </code></pre>
        </details>
        <ul>
        <li><input type="checkbox" checked="" disabled=""> <code>done</code> <del>gone</del> <a href="https://bare.example" rel="noopener noreferrer nofollow">https://bare.example</a></li>
        </ul>
        "#);
    }

    #[test]
    fn nothing_of_a_comment_runs_or_is_loaded() {
        for (hostile, never) in [
            ("<script>alert(1)</script>", "<script"),
            ("<img src=x onerror=alert(1)>", "<img"),
            ("![x](https://evil.example/x.png)", "<img"),
            ("[x](javascript:alert(1))", "javascript:"),
            ("<a href=\"data:text/html,x\">x</a>", "data:"),
            ("<details ontoggle=alert(1) open>x</details>", "ontoggle"),
            ("<style>*{display:none}</style>", "<style"),
            ("<iframe src=https://evil.example></iframe>", "<iframe"),
            ("<form action=https://evil.example><button>x</button></form>", "<form"),
            ("<input type=text autofocus onfocus=alert(1)>", "onfocus"),
            ("<svg><a xlink:href=\"javascript:alert(1)\">x</a></svg>", "<svg"),
            ("<p style=\"position:fixed\">x</p>", "style="),
            ("<base href=https://evil.example>", "<base"),
            ("<meta http-equiv=refresh content=0>", "<meta"),
        ] {
            let shown = html(hostile);
            assert!(!shown.contains(never), "{hostile} became {shown}");
        }
    }
}
