"""Text generation: five real providers, their stand-in, and what chooses between them."""
