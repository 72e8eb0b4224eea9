"""Into the frameworks of applications: each module imports only the framework that it is named after."""
