"""The suite for a real cluster: a kubeconfig is enough, and an image of our code for pods."""
