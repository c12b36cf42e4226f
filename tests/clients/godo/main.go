// Drives the sandbox with DigitalOcean's Go client.
//
// `make` creates, waits, reads, updates and deletes, and leaves one app for the other clients;
// `read` reads and deletes the one that another client made.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/digitalocean/godo"
)

// How long a deployment of a service of ten lines may take.
const patience = 2 * time.Minute

func main() {
	if len(os.Args) != 2 {
		fail("usage: godo make|read")
	}
	client, err := godo.New(godo.NewFromToken(os.Getenv("DIGITALOCEAN_ACCESS_TOKEN")).HTTPClient, godo.SetBaseURL(os.Getenv("DIGITALOCEAN_API_URL")))
	check(err, "a client")
	ctx, cancel := context.WithTimeout(context.Background(), 3*patience)
	defer cancel()
	switch os.Args[1] {
	case "make":
		makeApps(ctx, client)
	case "read":
		readApp(ctx, client)
	default:
		fail("usage: godo make|read")
	}
}

func makeApps(ctx context.Context, client *godo.Client) {
	account, _, err := client.Account.Get(ctx)
	check(err, "the account")
	expect(account.Status == "active", "the account is %q", account.Status)
	step("reads the account")

	app, _, err := client.Apps.Create(ctx, &godo.AppCreateRequest{Spec: spec("from-godo-short", "first")})
	check(err, "create")
	expect(app.ID != "" && app.PendingDeployment != nil, "the reply names no deployment")
	step("creates an app")

	app = active(ctx, client, app.ID, app.PendingDeployment.ID)
	expect(strings.Contains(get(app.LiveURL), "first"), "the app does not greet")
	commit := app.ActiveDeployment.Services[0].SourceCommitHash
	expect(len(commit) == 40, "the built commit is %q", commit)
	step("waits until it is active and gets its page")

	deployments, _, err := client.Apps.ListDeployments(ctx, app.ID, &godo.ListOptions{})
	check(err, "deployments")
	expect(len(deployments) == 1 && deployments[0].Phase == godo.DeploymentPhase_Active, "deployments are %v", deployments)
	progress := deployments[0].Progress
	expect(progress.TotalSteps > 0 && progress.SuccessSteps == progress.TotalSteps, "progress is %v", progress)
	logs, _, err := client.Apps.GetLogs(ctx, app.ID, deployments[0].ID, "web", godo.AppLogTypeBuild, false, -1)
	check(err, "logs")
	expect(len(logs.HistoricURLs) > 0, "there are no build logs")
	expect(get(logs.HistoricURLs[0]) != "", "the build log is empty")
	step("lists its deployment and reads the build log")

	app, _, err = client.Apps.Update(ctx, app.ID, &godo.AppUpdateRequest{Spec: spec("from-godo-short", "second")})
	check(err, "update")
	app = active(ctx, client, app.ID, app.PendingDeployment.ID)
	expect(strings.Contains(get(app.LiveURL), "second"), "the update does not serve")
	step("updates it; the new greeting serves")

	_, err = client.Apps.Delete(ctx, app.ID)
	check(err, "delete")
	_, _, err = client.Apps.Get(ctx, app.ID)
	expectStatus(err, http.StatusNotFound)
	step("deletes it; it is not found any more")

	_, _, err = client.Apps.Create(ctx, &godo.AppCreateRequest{Spec: spec("from-godo", "left by godo")})
	check(err, "create")
	_, _, err = client.Apps.Create(ctx, &godo.AppCreateRequest{Spec: spec("from-godo", "twice")})
	expectStatus(err, http.StatusConflict)
	step("leaves an app for another client; its name is taken")
}

func readApp(ctx context.Context, client *godo.Client) {
	apps, _, err := client.Apps.List(ctx, &godo.ListOptions{PerPage: 200})
	check(err, "list")
	for _, app := range apps {
		if app.Spec.Name != "from-pydo" {
			continue
		}
		expect(strings.Contains(get(app.LiveURL), "left by pydo"), "the app of pydo does not greet")
		expect(app.Spec.Services[0].Envs[0].Key == "GREETING", "its env is %v", app.Spec.Services[0].Envs[0])
		step("reads the app that pydo made")
		_, err = client.Apps.Delete(ctx, app.ID)
		check(err, "delete")
		_, _, err = client.Apps.Get(ctx, app.ID)
		expectStatus(err, http.StatusNotFound)
		step("deletes it")
		return
	}
	fail("the app of pydo is not among %d apps", len(apps))
}

func spec(name, greeting string) *godo.AppSpec {
	return &godo.AppSpec{
		Name:   name,
		Region: "nyc",
		Services: []*godo.AppServiceSpec{{
			Name:             "web",
			GitHub:           &godo.GitHubSourceSpec{Repo: os.Getenv("GITHUB_REPOSITORY"), Branch: "main"},
			RunCommand:       "python server.py",
			HTTPPort:         8080,
			InstanceCount:    1,
			InstanceSizeSlug: "apps-s-1vcpu-0.5gb",
			Envs:             []*godo.AppVariableDefinition{{Key: "GREETING", Value: greeting, Scope: godo.AppVariableScope_RunTime}},
		}},
	}
}

// Polls until the deployment is active and the app has its URL.
func active(ctx context.Context, client *godo.Client, app, deployment string) *godo.App {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(300 * time.Millisecond) {
		found, _, err := client.Apps.GetDeployment(ctx, app, deployment)
		check(err, "deployment")
		switch found.Phase {
		case godo.DeploymentPhase_Error, godo.DeploymentPhase_Canceled, godo.DeploymentPhase_Superseded:
			fail("the deployment ended as %s", found.Phase)
		case godo.DeploymentPhase_Active:
			whole, _, err := client.Apps.Get(ctx, app)
			check(err, "app")
			if whole.LiveURL != "" && whole.ActiveDeployment != nil && whole.ActiveDeployment.ID == deployment {
				return whole
			}
		}
	}
	fail("the deployment was not active within %s", patience)
	return nil
}

func get(url string) string {
	answer, err := http.Get(url)
	check(err, url)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	check(err, url)
	expect(answer.StatusCode == http.StatusOK, "GET %s answered %d: %s", url, answer.StatusCode, body)
	return string(body)
}

func expectStatus(err error, status int) {
	var refused *godo.ErrorResponse
	expect(errors.As(err, &refused), "expected %d, got %v", status, err)
	expect(refused.Response.StatusCode == status, "expected %d, got %v", status, err)
	expect(refused.Message != "" && refused.RequestID != "", "the error lacks its message or request id: %+v", refused)
}

func step(sentence string) { fmt.Println("godo:", sentence) }

func check(err error, what string) {
	expect(err == nil, "%s: %v", what, err)
}

func expect(truth bool, format string, values ...any) {
	if !truth {
		fail(format, values...)
	}
}

func fail(format string, values ...any) {
	fmt.Fprintf(os.Stderr, "godo: NOT TRUE: "+format+"\n", values...)
	os.Exit(1)
}
