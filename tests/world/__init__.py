"""The sandbox as a script outside of it uses it: repositories, requests, and what has to be true."""
