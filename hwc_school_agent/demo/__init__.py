"""A school and a Veilig Thuis on localhost, for people who want to see it before they agree to it."""
