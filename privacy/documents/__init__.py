"""Documents that the law asks of the controller, made from the settings as they are, published and acknowledged."""
